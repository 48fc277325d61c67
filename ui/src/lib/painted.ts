/** Tells the program once that figures are on the screen; it measures its start with that. */
import { ask } from './backend/backend';
import { settle } from './backend/errors';

let told = false;

/** Call when the first answer is shown; after the frame that shows it. */
export function paintedOnce(): void {
	if (told) return;
	told = true;
	requestAnimationFrame(() => setTimeout(() => void settle(ask().painted()), 0));
}
