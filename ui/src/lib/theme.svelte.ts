/** Light, dark, or as the system says. `static/theme.js` sets the same before the first paint. */
import type { ThemeChoice } from './backend/backend';

export type ThemeSetting = ThemeChoice | 'system';
const KEY = 'purser.theme';
const system = matchMedia('(prefers-color-scheme: dark)');

function stored(): ThemeSetting {
	const choice = localStorage.getItem(KEY);
	return choice === 'light' || choice === 'dark' ? choice : 'system';
}

let setting = $state<ThemeSetting>(stored());
let systemDark = $state(system.matches);
system.addEventListener('change', ({ matches }) => {
	systemDark = matches;
	paint();
});

function shown(): ThemeChoice {
	if (setting !== 'system') return setting;
	return systemDark ? 'dark' : 'light';
}

function paint(): void {
	document.documentElement.dataset['theme'] = shown();
}

export const theme = {
	/** What was chosen. */
	get setting() {
		return setting;
	},
	/** What is shown; charts are drawn for it. */
	get shown(): ThemeChoice {
		return shown();
	},
	choose(choice: ThemeSetting): void {
		setting = choice;
		if (choice === 'system') localStorage.removeItem(KEY);
		else localStorage.setItem(KEY, choice);
		paint();
	},
};
