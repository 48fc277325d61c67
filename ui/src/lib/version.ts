/** The program's version for diagnostics; known once the settings were read. */
let known = '';

export const version = () => known;

export function learnVersion(version: string): void {
	known = version;
}
