// The control plane's answer without a header that is for the edge alone.
export function without(response, name) {
  const answer = new Response(response.body, response);
  answer.headers.delete(name);
  return answer;
}
