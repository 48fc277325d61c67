/** The invented agency: its clients, their keys, its gateways. Names are made up. */
export interface Seed {
	id: string;
	name: string;
	/** Cost on a usual weekday, dollars. */
	daily: number;
	city: string;
	country: string;
	zone: string;
	models: string[];
	environments: string[];
	/** Monthly budget in dollars. */
	budget: number | null;
	paused?: boolean;
	gateways: string[];
}

const LITELLM = 'gw_1';
const EDGE = 'gw_2';

export const MODELS: Record<string, { input: number; output: number }> = {
	'gpt-4o': { input: 2.5, output: 10 },
	'gpt-4o-mini': { input: 0.15, output: 0.6 },
	'claude-sonnet-4-5': { input: 3, output: 15 },
	'claude-haiku-4-5': { input: 1, output: 5 },
	'gemini-2.5-pro': { input: 1.25, output: 10 },
	'gemini-2.5-flash': { input: 0.3, output: 2.5 },
	'deepseek-v3.2': { input: 0.27, output: 1.1 },
	'text-embedding-3-large': { input: 0.13, output: 0 },
};

const all = ['prod', 'prod', 'prod', 'staging', 'dev', 'other'];
export const CLIENTS: Seed[] = [
	{
		id: 'cl_1',
		name: 'Northwind Claims',
		daily: 212,
		city: 'Hamburg',
		country: 'DE',
		zone: 'Europe/Berlin',
		models: ['claude-sonnet-4-5', 'gpt-4o', 'text-embedding-3-large'],
		environments: all,
		budget: 6500,
		gateways: [LITELLM, EDGE],
	},
	{
		id: 'cl_2',
		name: 'Bluebird Retail',
		daily: 148,
		city: 'Leeds',
		country: 'GB',
		zone: 'Europe/London',
		models: ['gpt-4o-mini', 'gpt-4o'],
		environments: all,
		budget: 3300,
		gateways: [LITELLM],
	},
	{
		id: 'cl_3',
		name: 'Kestrel Legal LLP',
		daily: 121,
		city: 'New York',
		country: 'US',
		zone: 'America/New_York',
		models: ['claude-sonnet-4-5', 'gemini-2.5-pro'],
		environments: ['prod', 'prod', 'staging', 'dev', 'dev'],
		budget: 2600,
		gateways: [LITELLM],
	},
	{
		id: 'cl_4',
		name: 'Sora Health',
		daily: 96,
		city: 'Osaka',
		country: 'JP',
		zone: 'Asia/Tokyo',
		models: ['gpt-4o', 'claude-haiku-4-5'],
		environments: ['prod', 'prod', 'staging', 'dev', 'other'],
		budget: 4000,
		gateways: [LITELLM, EDGE],
	},
	{
		id: 'cl_5',
		name: 'Mosaic Learning',
		daily: 64,
		city: 'Toronto',
		country: 'CA',
		zone: 'America/Toronto',
		models: ['gpt-4o-mini', 'gemini-2.5-flash'],
		environments: ['prod', 'prod', 'staging', 'dev', 'dev'],
		budget: 1500,
		gateways: [EDGE],
	},
	{
		id: 'cl_6',
		name: 'Harbour & Finch',
		daily: 51,
		city: 'Auckland',
		country: 'NZ',
		zone: 'Pacific/Auckland',
		models: ['claude-haiku-4-5', 'gpt-4o-mini'],
		environments: ['prod', 'prod', 'staging', 'dev'],
		budget: 1200,
		gateways: [LITELLM],
	},
	{
		id: 'cl_7',
		name: 'Tallgrass Energy',
		daily: 37,
		city: 'Denver',
		country: 'US',
		zone: 'America/Denver',
		models: ['deepseek-v3.2', 'gpt-4o-mini'],
		environments: ['prod', 'staging', 'dev', 'dev'],
		budget: null,
		gateways: [LITELLM],
	},
	{
		id: 'cl_8',
		name: 'Olive Grove Travel',
		daily: 29,
		city: 'Valencia',
		country: 'ES',
		zone: 'Europe/Madrid',
		models: ['gemini-2.5-flash', 'gpt-4o'],
		environments: ['prod', 'prod', 'staging', 'dev'],
		budget: 900,
		gateways: [EDGE],
	},
	{
		id: 'cl_9',
		name: 'Pinecrest Insurance',
		daily: 18,
		city: 'Zürich',
		country: 'CH',
		zone: 'Europe/Zurich',
		models: ['claude-sonnet-4-5'],
		environments: ['prod', 'staging', 'dev'],
		budget: 700,
		paused: true,
		gateways: [LITELLM],
	},
	{
		id: 'cl_10',
		name: 'Quayside Robotics',
		daily: 11,
		city: 'Gdańsk',
		country: 'PL',
		zone: 'Europe/Warsaw',
		models: ['gpt-4o-mini', 'deepseek-v3.2'],
		environments: ['prod', 'staging', 'dev', 'other'],
		budget: 400,
		gateways: [LITELLM],
	},
	{
		id: 'cl_11',
		name: 'Lumen Archive',
		daily: 4.2,
		city: 'Lisbon',
		country: 'PT',
		zone: 'Europe/Lisbon',
		models: ['text-embedding-3-large', 'gpt-4o-mini'],
		environments: ['prod', 'dev', 'dev'],
		budget: 200,
		gateways: [EDGE],
	},
	{
		id: 'cl_12',
		name: 'Fieldnote Studio',
		daily: 0.8,
		city: 'Reykjavík',
		country: 'IS',
		zone: 'Atlantic/Reykjavik',
		models: ['gpt-4o-mini'],
		environments: ['prod', 'dev'],
		budget: 50,
		gateways: [LITELLM],
	},
];

/** A name as a hostile or careless person may type it. */
export const HOSTILE_NAME =
	'<img src=x onerror=alert(1)> =HYPERLINK("http://x") Gesellschaft für außerordentlich lange Firmennamen mit beschränkter Haftung \u202Etxt.exe';
