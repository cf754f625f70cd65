// The glue that wasm-bindgen makes of the inspector crate; tests/page/wasm.test.mjs compares these signatures with it.
declare module "*/pkg/inspector.js" {
  export default function init(options: { module_or_path: string }): Promise<unknown>;
  export function read_credentials(text: string): string;
  export function dissect_token(token: string): string;
  export function gateway_token(token: string): string;
  export function visible(text: string): string;
  export function explain(question: string): Promise<string>;
  export function read_keys(text: string): string;
  export function verify_token(question: string): Promise<string>;
  export function check_entries(entries: string): string;
  export function check_routes(document: string): string;
  export function configuration_request(issuer: string): string;
  export function keys_request(question: string): string;
  export function check_discovery(question: string): string;
  export function entries_request(question: string): string;
  export function check_entries_response(question: string): string;
  export function role_claims(claims: string): string;
  export function match_roles(question: string): string;
  export function suggest_entry(question: string): string;
  export function check_signature(question: string): Promise<string>;
}
