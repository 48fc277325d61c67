//! What `--help` says besides the commands and options.

/// What a stranger needs besides the list of commands.
pub const PURSER: &str = "\
First steps:
  purser tour                    look around, on made-up data
  purser gateway connect --help  connect your own gateway
  purser sync && purser usage    pull, then see what was spent

Clients, gateways, accounts and keys go by identifier (cl_1) or by name. PURSER_HOME names the profile folder as \
--profile does; NO_COLOR and COLUMNS are honoured.

Exit codes:
   0  done
   1  a fault in Purser
   2  what was typed is not accepted
   3  there is no such thing
   4  something is in the way
   5  a gateway cannot be reached
   6  a gateway does not accept the credential
   7  a gateway refused
   8  whether it happened is not known yet
   9  the gateway cannot do this
  10  the keychain cannot be used
  11  the disk or the database cannot be used
 130  cancelled";

/// What the parts of a difference mean.
pub const RECONCILE: &str = "\
What is told, by the gateway's own totals or by a bill, less the rows of clients is split into
  missing        told, and not among the rows
  duplicate      counted more than once on one side
  aborted        streams that ended without a final statement of usage, told at another amount
  unattributed   of an account that no client owns, or of a key that the gateway deleted
  counter error  a counter that disagrees with its own requests
  rounding       at most a billionth of a unit per row
  unexplained    none of these shows
and the parts add up to the difference exactly. Nothing is changed.

Examples:
  purser reconcile --month 2026-10
  purser reconcile --gateway litellm --bill upstream-2026-10.csv";

/// How a gateway is connected, for a person and for a script.
pub const CONNECT: &str = "\
Examples:
  purser gateway connect --product litellm --url https://litellm.example.com
  purser gateway connect --product litellm --url http://127.0.0.1:4000 < admin-key.txt

`purser gateway products` lists the kinds.";

/// One example of each way to charge.
pub const PRICE_SET: &str = "\
Examples:
  purser price set '*' --markup 25 --from 2026-12-01
  purser price set gpt-4o --price input_tokens=3 --price output_tokens=12 --from 2026-12-01 \\
      --tiers graduated --step input_tokens:100=2.50 --included input_tokens=5
  purser price set 'gpt-*' --discount 15 --list input_tokens=2.50 --list output_tokens=10 --from 2026-12-01
  purser price set 'flex-*' --commission 20 --paid-by client --list input_tokens=2.50 --from 2026-12-01
  purser price set '*' --markup 25 --client 'Acme Ltd' --minimum 100 --flat-fee 20 --from 2026-12-01

Meters: requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens (each per million), images, \
video_millis (per second), speech_chars, audio_millis (per minute). Quantities are written in the same units.
A rule with steps, included quantities, a minimum or a flat fee begins on the first of a month.";
