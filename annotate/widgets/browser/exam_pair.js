// Compare, as a qualification test shows it.

import { Deck } from "./deck.js";
import { examining } from "./exam.js";
import { mounting } from "./mounting.js";

export default mounting(examining(Deck));
