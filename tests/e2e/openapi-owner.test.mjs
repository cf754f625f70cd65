// The API does what its description says, tried out by an owner.
import { testTrial } from "./openapi-trial.mjs";

testTrial("an owner", "ownerToken", ["-n", 6, "--phases", "examples,fuzzing,stateful"]);
