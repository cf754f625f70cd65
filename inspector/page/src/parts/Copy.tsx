// A button that copies a text, and says so.
import { useEffect, useState } from "preact/hooks";

interface Props {
  text: string | (() => string | Promise<string>);
  /** What is said then. */
  done?: string;
  children: string;
}

export function Copy({ text, done = "Copied", children }: Props) {
  const [said, say] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => say(""), 4000);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : await text());
      say(done);
    } catch {
      say("The browser does not allow copying");
    }
  };
  return (
    <span class="copy">
      <button type="button" onClick={copy}>
        {children}
      </button>
      <span role="status" class="said">
        {said}
      </span>
    </span>
  );
}
