// The API does what its description says, tried out by the administrator.
import { testTrial } from "./openapi-trial.mjs";

testTrial("the administrator", "adminToken", ["-n", 6]);
