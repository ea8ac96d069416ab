// Rank, as a qualification test shows it.

import { examining } from "./exam.js";
import { mounting } from "./mounting.js";
import { Rank } from "./rank.js";

export default mounting(examining(Rank));
