/** Everything the fake remembers, and what becomes stale when it changes. */
import type {
	AgencyInput,
	AuditView,
	BrandingView,
	BudgetInput,
	Changed,
	ClientInput,
	ClientStatusView,
	Done,
	FreshnessState,
	KeyStatusView,
	NoticeView,
	PriceVersionView,
	Progress,
	RuleInput,
	TagView,
	VaultState,
} from '../backend';
import { PLAIN_LOOK } from './sample';
import { CLIENTS, HOSTILE_NAME, MODELS } from './agency';
import { drawsOf } from './draws';
import { makeCells, type Cell } from './cells';
import { defaultAgency, emptyClient } from './defaults';

/** How the fake behaves: `?fake=huge,failing` in the address. */
export type Mood = 'first-run' | 'huge' | 'failing' | 'slow' | 'hostile' | 'empty';

export interface FakeClient {
	id: string;
	status: ClientStatusView;
	input: ClientInput;
}
export interface FakeAccount {
	id: string;
	gatewayId: string;
	name: string;
	externalId: string;
	clientId: string | null;
	paused: boolean;
	budget: BudgetInput | null;
}
export interface FakeKey {
	id: string;
	accountId: string;
	name: string;
	label: string;
	fingerprint: string;
	environment: string;
	scope: string;
	status: KeyStatusView;
	models: string[];
	rpm: number | null;
	tpm: string | null;
	parallel: number | null;
	budget: BudgetInput | null;
	expiresAt: string | null;
	createdAt: string;
}
export interface FakeGateway {
	id: string;
	name: string;
	product: string;
	baseUrl: string;
	state: FreshnessState;
	asOf: string | null;
	problem: string | null;
	hint: string | null;
	hasCredential: boolean;
}
export interface FakeInvoice {
	id: string;
	clientId: string;
	month: string;
	number: string | null;
	issued: string | null;
	due: string | null;
	/** In nano-units, newest last. */
	payments: { date: string; amount: number; note: string }[];
	/** Paid as it came into the world. */
	paid: boolean;
	/** What it takes back, and why. */
	corrects?: { id: string; reason: string };
	creditedBy?: string;
	adjustments: { reason: string; amount: string }[];
	note: string;
}
/** An edition of the price book; rules as typed. */
export type FakeVersion = Omit<PriceVersionView, 'rules' | 'inForce'> & { rules: RuleInput[] };

const DAY = 86_400_000;

export class World {
	readonly now = Date.now();
	readonly scale: number;
	clients: FakeClient[] = [];
	accounts: FakeAccount[] = [];
	keys: FakeKey[] = [];
	/** Keys of which something is held because their client is past due. */
	held = new Set<string>();
	gateways: FakeGateway[] = [];
	invoices: FakeInvoice[] = [];
	notices: NoticeView[] = [];
	versions: FakeVersion[] = [];
	audit: AuditView[] = [];
	cells: Cell[] = [];
	agency: AgencyInput = defaultAgency();
	branding: BrandingView = PLAIN_LOOK;
	vault: VaultState = 'keychain';
	syncMinutes = 10;
	/** Ticket to what takes a change back. */
	readonly undos = new Map<string, () => Done>();
	readonly secrets = new Map<string, string>();
	readonly changed = new Set<(changed: Changed) => void>();
	readonly progress = new Set<(progress: Progress) => void>();
	#ids = 1000;

	constructor(readonly moods: ReadonlySet<Mood>) {
		this.scale = moods.has('huge') ? 1_000_000 : 1;
		if (moods.has('first-run')) this.vault = moods.has('failing') ? 'unavailable' : 'keychain';
		else this.populate();
	}

	id(prefix: string): string {
		return `${prefix}_${this.#ids++}`;
	}

	at(daysAgo: number): string {
		return new Date(this.now - daysAgo * DAY).toISOString();
	}

	/** ISO date so many days ago. */
	day(daysAgo: number): string {
		return this.at(daysAgo).slice(0, 10);
	}

	get month(): string {
		return this.at(0).slice(0, 7);
	}

	/** Says what became stale, as the program does after each change. */
	emit(...tags: TagView[]): void {
		for (const hear of this.changed) hear({ tags: [...tags, 'audit'] });
	}

	/** Fills the agency: clients, gateways, keys, a price book, usage and its invoices. */
	populate(): void {
		const failing = this.moods.has('failing');
		this.gateways = [
			{
				id: 'gw_1',
				name: 'Frankfurt',
				product: 'LiteLLM',
				baseUrl: 'https://llm.meridian.example',
				state: 'fresh',
				asOf: new Date(this.now - 180_000).toISOString(),
				problem: null,
				hint: null,
				hasCredential: true,
			},
			{
				id: 'gw_2',
				name: 'Edge relay',
				product: 'Tollgate',
				baseUrl: 'https://edge.meridian.example:4000',
				state: failing ? 'failing' : 'stale',
				asOf: new Date(this.now - 41 * 60_000).toISOString(),
				problem: failing ? 'The gateway at https://edge.meridian.example:4000 did not answer within 30 s' : null,
				hint: failing ? 'Check that the proxy runs and that this computer can reach it.' : null,
				hasCredential: true,
			},
		];
		const hostile = this.moods.has('hostile');
		for (const seed of this.moods.has('empty') ? [] : CLIENTS) {
			const name = hostile && seed.id === 'cl_1' ? HOSTILE_NAME : seed.name;
			const budget =
				seed.budget === null
					? null
					: { amount: String(seed.budget * this.scale), period: 'monthly', warnAt: [50, 75, 90] };
			this.clients.push({
				id: seed.id,
				status: seed.paused ? 'paused' : 'active',
				input: {
					...emptyClient(),
					name,
					legalName: name,
					zone: seed.zone,
					city: seed.city,
					country: seed.country,
					email: `ap@${seed.id.replace('_', '')}.example`,
					gateways: seed.gateways,
					budget,
					models: seed.models,
				},
			});
			seed.gateways.forEach((gatewayId, place) =>
				this.accounts.push({
					id: `ac_${seed.id}_${place}`,
					gatewayId,
					name: seed.name,
					externalId: `team-${seed.id}-${gatewayId}`,
					clientId: seed.id,
					paused: seed.paused ?? false,
					budget: place === 0 ? budget : null,
				}),
			);
			this.#addKeys(seed.id, seed.gateways.length, seed.environments, seed.models);
		}
		if (!this.moods.has('empty')) {
			this.accounts.push({
				id: 'ac_x1',
				gatewayId: 'gw_1',
				name: 'legacy-chatbot',
				externalId: 'team-9f1c',
				clientId: null,
				paused: false,
				budget: null,
			});
			this.accounts.push({
				id: 'ac_x2',
				gatewayId: 'gw_2',
				name: 'internal-tests',
				externalId: 'team-0b77',
				clientId: null,
				paused: false,
				budget: null,
			});
		}
		this.versions = [
			{
				id: 'pv_2',
				effectiveFrom: `${this.month}-01`,
				createdAt: this.at(24),
				note: 'Autumn prices',
				rules: [
					rule(null, '*', '25'),
					rule(null, 'claude-*', '30'),
					rule('cl_1', '*', '18'),
					{
						clientId: null,
						selector: 'text-embedding-3-large',
						kind: 'fixed',
						percent: null,
						prices: [{ meter: 'input_tokens', price: '0.20' }],
						list: null,
						commission: null,
						conditions: null,
					},
				],
			},
			{
				id: 'pv_1',
				effectiveFrom: '2025-06-01',
				createdAt: '2025-05-28T09:12:00Z',
				note: 'First price book',
				rules: [rule(null, '*', '20'), rule('cl_1', '*', '15')],
			},
		];
		this.cells = this.moods.has('empty') ? [] : makeCells(this);
		this.#addInvoices();
		this.#addActivity();
	}

	#addKeys(clientId: string, accounts: number, environments: string[], models: string[]): void {
		const draw = drawsOf(clientId);
		const letters = () =>
			Math.floor(draw() * 36 ** 4)
				.toString(36)
				.padStart(4, 'x');
		environments.forEach((environment, place) => {
			const again = environments.slice(0, place).filter((other) => other === environment).length;
			const revoked = environment === 'other';
			this.keys.push({
				id: `key_${clientId}_${place}`,
				accountId: `ac_${clientId}_${place % accounts}`,
				name: `${CLIENTS.find(({ id }) => id === clientId)
					?.name.split(' ')[0]
					?.toLowerCase()}-${environment}${again ? `-${again + 1}` : ''}`,
				label: `sk-…${letters()}`,
				fingerprint: Math.floor(draw() * 16 ** 8)
					.toString(16)
					.padStart(8, '0'),
				environment,
				scope: 'inference',
				status: revoked ? 'revoked' : draw() < 0.06 ? 'paused' : draw() < 0.04 ? 'expired' : 'active',
				models: environment === 'prod' ? [] : models.slice(0, 1),
				rpm: environment === 'prod' ? 600 : 60,
				tpm: environment === 'prod' ? '2000000' : '100000',
				parallel: environment === 'prod' ? 40 : 5,
				budget: environment === 'dev' ? { amount: '25', period: 'daily', warnAt: [50, 75, 90] } : null,
				expiresAt: environment === 'dev' ? this.at(-30 - Math.floor(draw() * 60)) : null,
				createdAt: this.at(90 + Math.floor(draw() * 300)),
			});
		});
	}

	#addInvoices(): void {
		const last = this.day(Number(this.day(0).slice(8)) + 1).slice(0, 7);
		const [year] = last.split('-');
		this.clients.forEach(({ id }, place) => {
			if (place > 8) return;
			const final = place < 6;
			this.invoices.push({
				id: `in_${place + 1}`,
				clientId: id,
				month: last,
				number: final ? `${year}-${String(140 + place).padStart(4, '0')}` : null,
				issued: final ? this.day(34 - place) : null,
				due: final ? (place === 2 ? this.day(4) : this.day(-6 - place)) : null,
				payments: [],
				paid: place === 0 || place === 4,
				adjustments: [],
				note: '',
			});
		});
	}

	#addActivity(): void {
		const rows: [number, string, string, string, string | null, AuditView['outcome'], string | null][] = [
			[0.002, 'sync', 'sync_run', 'Frankfurt', '1,204 new rows', 'done', null],
			[0.04, 'window', 'client_pause', 'Pinecrest Insurance', 'active → paused', 'done', null],
			[
				0.4,
				'window',
				'account_budget',
				'Bluebird Retail',
				'budget $3,000.00 monthly → $3,300.00 monthly',
				'done',
				null,
			],
			[0.9, 'window', 'key_create', 'sora-staging', 'scope inference, 60 requests a minute', 'done', null],
			[1.2, 'cli', 'key_revoke', 'mosaic-other', 'active → revoked', 'done', null],
			[
				1.3,
				'window',
				'key_pause',
				'tallgrass-dev',
				'active → paused',
				'unknown',
				'The gateway did not answer within 30 s. Purser asks again at its next start.',
			],
			[
				2.1,
				'window',
				'account_budget',
				'Quayside Robotics',
				'budget $400.00 monthly → $0.00 monthly',
				'refused',
				'max_budget must be greater than 0',
			],
			[5, 'import', 'import_apply', 'October upstream bill', '48,112 rows', 'done', null],
			[6, 'window', 'invoice_finalise', '2026-0143', 'draft → open', 'done', null],
			[24, 'window', 'price_set', 'Price book', '* +20 % → +25 %, from the 1st', 'done', null],
		];
		for (let again = 0; again < (this.moods.has('empty') ? 0 : 12); again++)
			for (const [days, origin, action, target, change, outcome, detail] of rows)
				this.audit.push({
					id: this.id('au'),
					at: this.at(days + again * 25),
					origin,
					action,
					target,
					change,
					outcome,
					detail,
				});
	}

	/** Notes an action, makes it undoable, and tells the window. */
	done(
		tags: TagView[],
		message: string,
		entry: { action: string; target: string; change?: string },
		undo?: () => void,
		within = 0,
	): Done {
		this.audit.unshift({
			id: this.id('au'),
			at: new Date().toISOString(),
			origin: 'window',
			action: entry.action,
			target: entry.target,
			change: entry.change ?? null,
			outcome: 'done',
			detail: null,
		});
		const ticket = undo ? this.id('undo') : null;
		if (ticket && undo)
			this.undos.set(ticket, () => {
				undo();
				return this.done(tags, `Undone: ${message}`, { action: 'undo', target: entry.target });
			});
		this.emit(...tags);
		return { message, undo: ticket, effectiveWithinSeconds: within };
	}

	get models(): string[] {
		return Object.keys(MODELS);
	}
}

function rule(clientId: string | null, selector: string, percent: string): RuleInput {
	return { clientId, selector, kind: 'markup', percent, prices: [], list: null, commission: null, conditions: null };
}
