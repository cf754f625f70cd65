// Reading a response within limits.

/** The text of a response; throws where it is longer than `maxLength` bytes. */
export async function readText(response: Response, maxLength: number): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let [text, length] = ["", 0];
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) return text + decoder.decode();
    length += value?.length ?? 0;
    if (length > maxLength) throw new Error(`the answer is longer than ${maxLength} bytes`);
    text += decoder.decode(value, { stream: true });
  }
}
