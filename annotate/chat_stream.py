"""The route by which a chat's page hears two models answer at once.

All three are POST, with the session's cookie, the header `X-Hone: 1` (which no other site can send) and a
JSON body; they are refused with `{"error": "one sentence"}` and 401, 403, 409, 413 or 422.

`/api/chat/say`      {chat_id, turn_id, message, track, category, attack_vector, again} as in `SayInChat`,
                     without `system`. Keeps the message, then answers with frames. The same `turn_id` again
                     attaches to the answers that are under way, asks once more after a failure, and is told
                     `kept` where they are kept already.
`/api/chat/attach`   {}: the frames of what is under way for this person, from where it stands; else `idle`.
`/api/chat/stop`     {}: gives up what is under way; the message stays pending. Answers {"stopped": true}.

Frames are lines of JSON (`application/x-ndjson`), at most one a place in 80 ms:

{"kind": "begun", "chat_id": …, "turn_id": …}   the message is durable: the composer may be emptied
{"kind": "text", "place": 0 or 1, "html": …}    the whole of this side so far, cleaned by `rendering`
{"kind": "end", "place": …, "html": …}          this side has ended
{"kind": "kept", "chat_id": …}                  the last: both are durable; run the page again
{"kind": "failed", "message": one sentence}     the last: the message is kept and can be sent again as it is
{"kind": "stopped"}                             the last: by /api/chat/stop, here or in another tab
{"kind": "idle"}                                the only one of attach when nothing is under way
{"kind": "wait"}                                nothing new for a while, the connection is alive

The work goes on when the browser goes away: `read_chat` then finds the pair (stage judge), or the message
still pending (stage answer). A person has one piece of work under way at most. No frame names a model.
"""
