// A surface in a qualification test: every item wants an answer, and an answer stays. So nothing is skipped, flagged,
// taken back or changed afterwards; all else is as in work.

const ONLY_IN_WORK = [".skip", ".flag", ".undo", ".revise"];
const KEYS_OF_WORK = new Set(["keys_skip", "keys_flag", "keys_undo", "keys_revise"]);

/** The kind of surface that a test shows in place of this one. */
export const examining = (Kind) =>
  class extends Kind {
    build() {
      super.build();
      for (const control of this.root.querySelectorAll(ONLY_IN_WORK.join())) control.hidden = true;
    }

    keys() {
      return super.keys().filter((row) => !KEYS_OF_WORK.has(row.does));
    }

    openMenu() {}

    undo() {}
  };
