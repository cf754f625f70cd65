// The results in words and tables (Markdown).
import { median, ratio, typical } from "./rounds.mjs";
import { titleOf } from "./workers.mjs";

/** A sample is marked as stolen if other machines took more than this share of a core. */
const MUCH_STOLEN = 0.02;

/** The table of a comparison. The first one of each group is what the others of it are compared with. */
export function comparisonTable(lines) {
  const rows = lines.map(({ group, title, samples }) => {
    const base = lines.find((line) => line.group === group).samples;
    const { median: middle, least, most } = ratio(samples, base);
    const added = median(samples.map(({ rate }, round) => 1e6 / rate - 1e6 / base[round].rate));
    return [
      group,
      title,
      typical(samples, "rate").toFixed(0),
      `${middle.toFixed(3)} (${least.toFixed(2)}–${most.toFixed(2)})`,
      added.toFixed(1),
      typical(samples, "computed").toFixed(1),
      typical(samples, "p50").toFixed(1),
      typical(samples, "p99").toFixed(1),
      `${samples.filter(({ stolen }) => stolen > MUCH_STOLEN).length} of ${samples.length}`,
    ];
  });
  const measured = ["requests/s", "ratio (range)", "added µs", "CPU µs", "p50 ms", "p99 ms", "stolen"];
  return table(["", "worker", ...measured], rows);
}

export function coldTable({ samples, compiled, instantiated, deployed }) {
  const row = (what, value) => {
    return [
      what,
      ...["pass", "hono", "alone"].map((worker) => median(samples[worker].map(value)).toFixed(1)),
    ];
  };
  return table(
    ["milliseconds from the start", ...["pass", "hono", "alone"].map(titleOf)],
    [
      row("until it listens", ({ listened }) => listened),
      row("until the first authorized answer", ({ answered }) => answered),
      ["compiling the wasm", "", "", compiled.toFixed(1)],
      ["instantiating the wasm", "", "", instantiated.toFixed(2)],
      ["KiB gzipped: wasm + script", "", "", `${deployed.wasm.toFixed(1)} + ${deployed.js.toFixed(1)}`],
    ],
  );
}

export function memoryTable({ requests, atFirst, settled, atLast, growth, drift }) {
  const rows = [
    ["when started", atFirst],
    ["after many requests with one token", settled],
    [`after ${requests} requests with many`, atLast],
    ["growth by them", growth],
    ["growth over their last half", drift],
  ];
  return table(
    ["resident memory", "MiB"],
    rows.map(([what, mib]) => [what, mib.toFixed(1)]),
  );
}

export function boundsTable(runs) {
  const rows = runs.map(({ name, before, after, growth }) => [
    name,
    ...[before, after, growth].map((mib) => mib.toFixed(1)),
  ]);
  return table(["resident memory, MiB", "before", "after", "growth"], rows);
}

export function neighboursTable({ alone, results }) {
  const rows = results.map(({ name, p50, p99, sent }) => [
    name,
    p50.toFixed(1),
    p99.toFixed(1),
    (p99 / alone).toFixed(1),
    String(sent),
  ]);
  return table(["beside eight connections with", "p50 ms", "p99 ms", "of p99 alone", "sent"], rows);
}

export function floodTable({ regularRequests, misses, hitRate }) {
  const rows = [[regularRequests.toFixed(0), String(misses), `${(hitRate * 100).toFixed(1)} %`]];
  return table(["requests with regular tokens in the flood", "checked again", "hits"], rows);
}

export function targetTable(targets) {
  const rows = targets.map(({ number, what, demanded, measured, byCpu = "", isMet }) => {
    const verdict = isMet === undefined ? "" : isMet ? "met" : "**not met**";
    return [String(number), what, demanded, measured, byCpu, verdict];
  });
  return table(["target", "", "demanded", "measured", "by CPU time", ""], rows);
}

function table(head, rows) {
  const widths = head.map((title, column) =>
    Math.max(3, ...[title, ...rows.map((row) => row[column])].map(({ length }) => length)),
  );
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  return [line(head), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...rows.map(line)].join(
    "\n",
  );
}
