/** The present, ticking every half minute, for texts such as "3 min ago". */
let now = $state(Date.now());
setInterval(() => (now = Date.now()), 30_000);

export const clock = {
	get now() {
		return now;
	},
};
