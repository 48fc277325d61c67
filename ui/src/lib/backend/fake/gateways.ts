/** The fake's gateways: which kinds there are, what answers where, and connecting to them. */
import type { Commands, DetectedView, GatewayInput, ProductView, Result } from '../backend';
import { PRODUCTS, productOf } from './products';
import { fail, missing, ok } from './reading';
import { gatewayView, probeOf } from './views';
import type { World } from './world';

const DETECTING_MS = 250;
export const wait = (ms: number) => new Promise((go) => setTimeout(go, ms));

/** What an address is taken for: `down`, `unknown`, `either` and `toll` in it change the answer. */
function detected(address: string): Result<DetectedView> {
	const baseUrl = (/^https?:/.test(address) ? address : `https://${address}`).replace(/(\/(ui|v1|login))*\/*$/, '');
	if (!/^https?:\/\/[^/\s]+$/.test(baseUrl))
		return fail({
			code: 'invalid',
			field: 'baseUrl',
			message: `\`${address}\` is not an address`,
			hints: ['Type the address as https://gateway.example.com; plain http works on this machine only.'],
		});
	if (baseUrl.includes('down'))
		return fail({
			code: 'gateway_unreachable',
			message: `nothing answers at ${baseUrl}`,
			hints: ['Check the address and that the gateway is running and reachable from this machine.'],
			retryable: true,
		});
	if (baseUrl.includes('unknown'))
		return fail({
			code: 'unsupported',
			message: `something answers at ${baseUrl}, and it is none of LiteLLM, Tollgate: check the address, or choose the kind by hand`,
		});
	const either = baseUrl.includes('either');
	const found = PRODUCTS.filter(({ product }) => product === (baseUrl.includes('toll') ? 'tollgate' : 'litellm'));
	const products = either ? PRODUCTS.slice(0, 2).reverse() : found;
	const release = ({ product }: ProductView) => (product === 'litellm' ? '1.106.2' : null);
	return ok({ baseUrl, products: products.map((product) => ({ product, version: release(product) })) });
}

type GatewayCommands = Pick<
	Commands,
	| 'gatewayTest'
	| 'gatewayDetect'
	| 'gatewayConnect'
	| 'gatewayUpdate'
	| 'gatewayRemove'
	| 'sandboxOpen'
	| 'syncRun'
	| 'syncCancel'
>;

export function gatewayCommands(world: World): GatewayCommands {
	let cancelled = false;
	const refusal = (input: GatewayInput, credential: string) => {
		const product = productOf(input.product);
		if (product?.needsUrl && !/^https?:\/\/[^/]+/.test(input.baseUrl))
			return fail({
				code: 'invalid',
				field: 'baseUrl',
				message: `\`${input.baseUrl}\` is not an address.`,
				hints: ['Write it with its scheme, for example https://llm.example.com.'],
			});
		if (input.baseUrl.includes('down'))
			return fail({
				code: 'gateway_unreachable',
				message: `Nothing answers at ${input.baseUrl}: connection refused.`,
				hints: ['Check that the proxy runs.', 'Check the port; LiteLLM listens on 4000.'],
				retryable: true,
			});
		if (credential === 'wrong')
			return fail({
				code: 'gateway_denied',
				field: 'credential',
				message: 'The gateway does not accept this key.',
				hints: ['Use the master key, or a key of a proxy admin.'],
			});
		if (product && !product.needsUrl && !/\.(csv|tsv|jsonl)$/.test(input.baseUrl))
			return fail({
				code: 'invalid',
				field: 'baseUrl',
				message: 'the name of the file does not say how it is written: end it with .csv, .tsv or .jsonl',
				hints: [`It looks like ${product.addressExample}.`],
			});
		if (world.vault === 'unavailable')
			return fail({
				code: 'vault_unavailable',
				message: 'There is no keychain to put the credential in: no Secret Service answers.',
				hints: ['Start GNOME Keyring or KWallet, or choose in Settings to keep credentials in memory.'],
			});
		return null;
	};
	return {
		gatewayTest: async (input, credential) => {
			await wait(400);
			return refusal(input, credential) ?? ok(probeOf(productOf(input.product)?.title));
		},
		gatewayDetect: async (address) => {
			await wait(DETECTING_MS);
			return detected(address.trim());
		},
		gatewayConnect: async (input, credential) => {
			const refused = refusal(input, credential);
			if (refused) return refused;
			if (!input.name.trim()) return fail({ code: 'invalid', field: 'name', message: 'A gateway needs a name.' });
			const gateway = {
				id: world.id('gw'),
				name: input.name,
				product: productOf(input.product)?.title ?? input.product,
				baseUrl: input.baseUrl,
				state: 'never' as const,
				asOf: null,
				problem: null,
				hint: null,
				hasCredential: credential !== '',
			};
			world.gateways.push(gateway);
			world.done(['gateways'], '', { action: 'gateway_connect', target: input.name });
			return ok({ ...gatewayView(world, gateway), probe: probeOf(gateway.product) });
		},
		gatewayUpdate: async (id, input) => {
			const gateway = world.gateways.find((one) => one.id === id);
			if (!gateway) return missing('The gateway');
			Object.assign(gateway, { name: input.name, baseUrl: input.baseUrl });
			world.done(['gateways'], '', { action: 'gateway_update', target: input.name });
			return ok(gatewayView(world, gateway));
		},
		gatewayRemove: async (id) => {
			const gateway = world.gateways.find((one) => one.id === id);
			if (!gateway) return missing('The gateway');
			world.gateways = world.gateways.filter((one) => one !== gateway);
			return ok(
				world.done(['gateways', 'usage'], `“${gateway.name}” is disconnected.`, {
					action: 'gateway_remove',
					target: gateway.name,
				}),
			);
		},
		sandboxOpen: async () => {
			await wait(300);
			world.populate();
			world.emit('gateways', 'clients', 'accounts', 'keys', 'usage', 'prices', 'invoices', 'settings');
			const [first] = world.gateways;
			return first ? ok(gatewayView(world, first)) : missing('The sandbox');
		},
		syncRun: async (gatewayId) => {
			cancelled = false;
			for (let step = 1; step <= 5 && !cancelled; step++) {
				for (const hear of world.progress)
					hear({
						work: 'sync',
						step: `Frankfurt: usage, day ${step} of 5`,
						done: step * 200,
						count: step * 240,
						finished: false,
					});
				await wait(350);
			}
			for (const hear of world.progress) hear({ work: 'sync', step: '', done: 1000, count: 1204, finished: true });
			const lines = world.gateways
				.filter(({ id }) => !gatewayId || id === gatewayId)
				.map((gateway) => {
					const failing = gateway.state === 'failing';
					if (!failing && !cancelled) Object.assign(gateway, { state: 'fresh', asOf: new Date().toISOString() });
					return {
						gateway: gateway.name,
						rows: failing ? 0 : 1204,
						problem: failing ? gateway.problem : null,
						hint: failing ? gateway.hint : null,
					};
				});
			world.emit('gateways', 'usage');
			return ok({ lines, complete: lines.every(({ problem }) => problem === null) });
		},
		syncCancel: async () => {
			cancelled = true;
			return ok(null);
		},
	};
}
