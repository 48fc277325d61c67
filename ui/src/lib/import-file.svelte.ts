/** A file of usage or of a bill while it is looked at: read, with the columns that were guessed or chosen. */
import { attempt } from './backend/act';
import type { ColumnView, ErrorView, ImportPreview, Result } from './backend/backend';

export class ImportFile {
	path = $state('');
	preview = $state.raw<ImportPreview | null>(null);
	error = $state.raw<ErrorView | null>(null);
	reading = $state(false);

	/** `ask` reads the file at a path; with columns, anew with those. */
	constructor(private readonly ask: (path: string, columns: ColumnView[] | null) => Promise<Result<ImportPreview>>) {}

	/** Whether every row of it can be taken. */
	get ready(): boolean {
		return this.preview !== null && this.preview.problems.length === 0 && this.preview.rows > 0;
	}

	/** Whether there is nothing to do for the button of the form: no path, or a file that cannot be taken. */
	get stuck(): boolean {
		return !this.path.trim() || this.reading || (this.preview !== null && !this.ready);
	}

	/** Reads the file. A preview with other columns that failed leaves the one before. */
	async read(columns: ColumnView[] | null): Promise<void> {
		this.reading = true;
		const result = await attempt(this.ask(this.path.trim(), columns));
		[this.reading, this.error] = [false, result.error];
		if (result.data) this.preview = result.data;
		else if (columns === null) this.preview = null;
	}

	/** Takes what is previewed, or previews it first; whether it was taken. */
	async take<T>(send: (path: string, columns: ColumnView[]) => Promise<Result<T>>): Promise<T | null> {
		if (!this.preview) return (await this.read(null), null);
		const result = await attempt(send(this.path.trim(), this.preview.columns));
		this.error = result.error;
		return result.data;
	}
}
