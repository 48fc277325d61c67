// Runs before the first paint, as a file of its own because the content security policy forbids inline scripts.
(function () {
	var choice = null;
	try {
		choice = localStorage.getItem('purser.theme');
	} catch (_) {
		choice = null;
	}
	var dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
	document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
