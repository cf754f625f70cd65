// Counts the signatures that WebCrypto is asked to check, by their length in bytes. To be imported before what asks it.

const counts = {};

const { verify } = SubtleCrypto.prototype;
SubtleCrypto.prototype.verify = function (algorithm, key, signature, input) {
  counts[signature.byteLength] = (counts[signature.byteLength] ?? 0) + 1;
  return verify.call(this, algorithm, key, signature, input);
};

/** Answers with the counts. */
export const Checks = { fetch: () => Response.json(counts) };
