/** The state of all gateways in one, for the sidebar. */
export { worstFreshness as worstOf } from '$lib/freshness';
