// Tabs (ARIA Authoring Practices): one stop for the Tab key, arrows between them.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon, type Sign } from "./Icon.tsx";

export interface Tab {
  id: string;
  label: string;
  /** The state of what is behind it, as a sign and in words. */
  state?: { sign: Sign; text: string } | undefined;
}

interface Props {
  label: string;
  tabs: Tab[];
  current: string;
  onSelect: (id: string) => void;
  children: ComponentChildren;
}

export function Tabs({ label, tabs, current, onSelect, children }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const tabOf = (id: string) => list.current?.querySelector<HTMLElement>(`#tab-${id}`);
  useEffect(() => tabOf(current)?.scrollIntoView({ block: "nearest", inline: "nearest" }), [current]);
  const move = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab.id === current);
    const moves: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: tabs.length - 1,
    };
    const to = moves[event.key];
    const tab = to !== undefined && tabs.at(to % tabs.length);
    if (!tab) return;
    event.preventDefault();
    onSelect(tab.id);
    tabOf(tab.id)?.focus();
  };
  return (
    <>
      <div role="tablist" aria-label={label} ref={list} onKeyDown={move}>
        {tabs.map(({ id, label, state }) => (
          <button
            key={id}
            type="button"
            role="tab"
            id={`tab-${id}`}
            aria-selected={id === current}
            aria-controls="panel"
            tabIndex={id === current ? 0 : -1}
            onClick={() => onSelect(id)}
          >
            {label}
            {state && (
              <>
                <Icon sign={state.sign} />
                <span class="unseen">, {state.text}</span>
              </>
            )}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="panel" aria-labelledby={`tab-${current}`}>
        {children}
      </div>
    </>
  );
}
