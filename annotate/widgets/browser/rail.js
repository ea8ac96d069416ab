// An order with ties, from best to worst, while it is being made. Pure: knows neither the screen nor the store.
//
// A rail is {count, order, ties}. `order` holds the places on the screen of the responses that have a place on the
// rail, best first; `ties[i]` says that the i-th is equal to the one after it, be that one there or still to come.
// Where all but one are placed, the last one has its place too: no rail lacks exactly one.

export function emptyRail(count) {
  return { count, order: [], ties: Array(count - 1).fill(false) };
}

export function isComplete({ count, order }) {
  return order.length === count;
}

export function isPlaced({ order }, place) {
  return order.includes(place);
}

/** Puts the response after those that are placed; one that is placed already stays where it is. */
export function put(rail, place) {
  if (isPlaced(rail, place)) return rail;
  return completed({ ...rail, order: [...rail.order, place] });
}

/** Puts the response before the one that is now the `at`-th; between equals it is their equal. */
export function move(rail, place, at) {
  const { order, ties } = without(rail, place);
  const to = Math.max(0, Math.min(at, order.length));
  const amongEquals = to > 0 && to < order.length && ties[to - 1];
  const before = to > 0 ? [...ties.slice(0, to - 1), amongEquals] : [];
  const kept = [...before, amongEquals, ...ties.slice(to)];
  return completed({ count: rail.count, order: order.toSpliced(to, 0, place), ties: fitted(kept, rail.count) });
}

/** One step towards the best (-1) or the worst (1). */
export function step(rail, place, by) {
  const at = rail.order.indexOf(place);
  const to = at + by;
  return at < 0 || to < 0 || to >= rail.order.length ? rail : move(rail, place, to);
}

/** Makes the `at`-th equal to the one after it, or no longer; after the last there is nothing. */
export function tie(rail, at) {
  if (at < 0 || at >= rail.count - 1 || at >= rail.order.length) return rail;
  return { ...rail, ties: rail.ties.with(at, !rail.ties[at]) };
}

/** What `=` means while somebody types: equal to the next letter; after the last letter, the last two are equal. */
export function tieLast(rail) {
  return tie(rail, Math.min(rail.order.length - 1, rail.count - 2));
}

/** Takes back the last sign that was typed: the `=` behind the last letter, or that letter. */
export function takeBack(rail) {
  const { count, order, ties } = rail;
  if (order.length === 0) return rail;
  const typed = isComplete(rail) ? count - 1 : order.length;
  if (ties[typed - 1]) return tie(rail, typed - 1);
  return { count, order: order.slice(0, typed - 1), ties: ties.map((equal, at) => equal && at < typed - 1) };
}

/** The place of each response on the rail, 1 the best, by place on the screen; null where it has none.
 *
 * Equals share the better place and those after them count on: 1, 2, 2, 4 (standard competition ranking).
 */
export function ranks({ count, order, ties }) {
  const given = Array(count).fill(null);
  let rank = 1;
  order.forEach((place, at) => {
    if (at > 0 && !ties[at - 1]) rank = at + 1;
    given[place] = rank;
  });
  return given;
}

/** The rail that gives these ranks; equals stand in the order of the screen. */
export function railOf(given) {
  const order = given.map((_, place) => place).sort((one, other) => given[one] - given[other] || one - other);
  return { count: given.length, order, ties: order.slice(1).map((place, at) => given[place] === given[order[at]]) };
}

/** The order as one writes it, such as B > D > A = C. */
export function written({ order, ties }, letters) {
  return order.map((place, at) => (at === 0 ? "" : ties[at - 1] ? " = " : " > ") + letters[place]).join("");
}

/** Whether it is the very order in which the responses were dealt. */
export function isAsDealt({ count, order, ties }) {
  return order.length === count && order.every((place, at) => place === at) && !ties.includes(true);
}

/** Whether all are equal. */
export function isAllEqual(rail) {
  return isComplete(rail) && !rail.ties.includes(false);
}

/** The rail without this response. Those that it stood between are equal if both were equal to it. */
function without(rail, place) {
  const at = rail.order.indexOf(place);
  if (at < 0) return { order: rail.order, ties: rail.ties };
  const before = at > 0 ? [...rail.ties.slice(0, at - 1), rail.ties[at - 1] && rail.ties[at]] : [];
  return { order: rail.order.toSpliced(at, 1), ties: [...before, ...rail.ties.slice(at + 1)] };
}

function fitted(ties, count) {
  return Array.from({ length: count - 1 }, (_, at) => ties[at] ?? false);
}

/** The last response places itself. */
function completed(rail) {
  if (rail.order.length !== rail.count - 1) return rail;
  const last = Array.from({ length: rail.count }, (_, place) => place).find((place) => !isPlaced(rail, place));
  return { ...rail, order: [...rail.order, last] };
}
