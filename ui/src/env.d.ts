/// <reference types="svelte" />
/// <reference types="vite/client" />

/** Whether this build carries the fake backend; set by vite. */
declare const __WITH_FAKE__: boolean;
