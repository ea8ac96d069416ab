// Rank, as a qualification test shows it.

import { examining } from "./exam.js";
import { Rank } from "./rank.js";
import { mounting } from "./surface.js";

export default mounting(examining(Rank));
