// The API does what its description says, tried out by nobody.
import { testTrial } from "./openapi-trial.mjs";

testTrial("nobody", undefined, [
  "-n",
  5,
  "--phases",
  "examples,fuzzing",
  "--exclude-checks",
  "positive_data_acceptance",
]);
