/** The desktop: commands travel over Tauri's IPC. The only file that may import `@tauri-apps` (with `bindings.ts`). */
import type { Backend } from './backend';
import { commands, events } from './bindings';

export const tauri: Backend = {
	commands,
	onChanged: (hear) => events.changedEvent.listen((event) => hear(event.payload)),
	onProgress: (hear) => events.progressEvent.listen((event) => hear(event.payload)),
};
