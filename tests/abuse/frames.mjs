// Frames of HTTP/2 as they are on the wire (RFC 9113, section 4.1), for what no library would send.
export const DATA = 0;
export const HEADERS = 1;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PING = 6;
export const WINDOW_UPDATE = 8;
export const CONTINUATION = 9;

export const END_STREAM = 1;
export const END_HEADERS = 4;

/** The bytes of a frame. */
export function frame(kind, flags, stream, payload = Buffer.alloc(0)) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(kind, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** What a client says first: that it speaks HTTP/2, and no settings. */
export const PREFACE = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  frame(SETTINGS, 0, 0),
]);

/** A number of four bytes, as resets and windows have it. */
export function number(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A block of header fields, each written out (RFC 7541, section 6.2.2). */
export function block(fields) {
  const texts = Object.entries(fields).flatMap(([name, value]) => [
    Buffer.from([0]),
    ...[name, value].flatMap((text) => [integer(text.length), Buffer.from(text)]),
  ]);
  return Buffer.concat(texts);
}

/** A block that keeps a field in the decoder's table (RFC 7541, section 6.2.1) and then names it so many times by a byte. */
export function bomb(fields, [name, value], times) {
  const kept = [Buffer.from([0x40]), integer(name.length), Buffer.from(name), integer(value.length)];
  return Buffer.concat([block(fields), ...kept, Buffer.from(value), Buffer.alloc(times, 0x80 | 62)]);
}

/** An integer with a prefix of 7 bits (RFC 7541, section 5.1). */
function integer(value) {
  if (value < 127) return Buffer.from([value]);
  const bytes = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
