/** The kinds of gateway that the fake knows. */
import type { ProductView } from '../backend';

export const PRODUCTS: readonly ProductView[] = [
	{
		product: 'litellm',
		title: 'LiteLLM',
		needsUrl: true,
		summary: 'LiteLLM Proxy with a database, releases 1.81 and later, no licence needed',
		addressExample: 'https://litellm.example.com',
		credential: 'required',
		credentialHint: 'The master key, or a virtual key of an admin user: it starts with `sk-`.',
	},
	{
		product: 'tollgate',
		title: 'Tollgate',
		needsUrl: true,
		summary: 'An invented gateway that may be set up without a password and tells secrets one at a time',
		addressExample: 'https://tollgate.example.com:8080',
		credential: 'optional',
		credentialHint: 'User and password as in `admin:password`, where the instance asks for one.',
	},
	{
		product: 'file',
		title: 'File',
		needsUrl: false,
		summary: 'Usage from a CSV or JSON Lines file, for a gateway without an API or a bill to compare with',
		addressExample: '/home/ada/usage-2026-11.csv',
		credential: 'never',
		credentialHint: '',
	},
];

export const productOf = (name: string) => PRODUCTS.find(({ product }) => product === name);
