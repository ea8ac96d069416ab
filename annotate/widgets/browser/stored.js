// What a browser keeps between two visits of a page. One that refuses storage keeps nothing, and nobody loses more
// than that.

/** What was kept under this key; null where there is nothing, or nothing that can be read. */
export function stored(key) {
  return quietly("read", () => JSON.parse(localStorage.getItem(key)));
}

/** Keeps any JSON. */
export function store(key, value) {
  quietly("kept", () => localStorage.setItem(key, JSON.stringify(value)));
}

export function forget(key) {
  quietly("dropped", () => localStorage.removeItem(key));
}

/** Forgets what begins so and is older than this. */
export function forgetOld(prefix, milliseconds) {
  quietly("tidied", () => {
    for (const key of Object.keys(localStorage).filter((each) => each.startsWith(prefix))) {
      const { savedAt } = JSON.parse(localStorage.getItem(key));
      if (!(Date.now() - savedAt < milliseconds)) localStorage.removeItem(key);
    }
  });
}

function quietly(what, act) {
  try {
    return act();
  } catch (refused) {
    console.debug(`Draft not ${what}:`, refused);
    return null;
  }
}
