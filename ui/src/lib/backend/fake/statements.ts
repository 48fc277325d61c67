/** What invented clients are shown, and what is kept of their requests. */
import type { Commands, StatementRow, UsageRow } from '../backend';
import { stackChart } from './charts';
import { amountOf, countOf } from './money';
import { fail, missing, ok } from './reading';
import { daysBetween, filtered, groups, layersOf, usageRow } from './usage';
import { freshnessOf } from './views';
import type { World } from './world';

type StatementCommands = Pick<
	Commands,
	'statementGet' | 'statementSave' | 'metadataGet' | 'metadataExport' | 'metadataErase'
>;

const KEPT = 214;
const FOLDER = '/home/operator/Documents/Purser';

function shown(row: UsageRow, isKey: boolean): StatementRow {
	return {
		name: row.name,
		label: isKey ? (row.detail?.split(' · ')[0] ?? null) : null,
		requests: row.requests,
		failed: row.failed,
		private: countOf(0),
		inputTokens: row.inputTokens,
		outputTokens: row.outputTokens,
		charge: isKey ? null : row.charge,
	};
}

export function statementCommands(world: World): StatementCommands {
	const erased = new Set<string>();
	const named = (id: string) => world.clients.find((client) => client.id === id)?.input;
	const metadata = (id: string, client: string) => ({
		clientId: id,
		client,
		requests: erased.has(id) ? 0 : 18_204,
		dayTotals: erased.has(id) ? 0 : 612,
		through: erased.has(id) ? null : world.day(2),
		kept: KEPT,
		erasedThrough: erased.has(id) ? world.day(2) : null,
		invoices: 2,
		ledgerEntries: 14,
	});
	return {
		statementGet: async (clientId, { first, last }, theme) => {
			const client = named(clientId);
			if (!client) return missing('The client');
			const filter = { first, last, clients: [clientId], gateways: [], keys: [], models: [] };
			const by = (group: 'model' | 'key') => {
				const wanted = { ...filter, group };
				const cells = filtered(world, wanted);
				const rows = groups(wanted, cells).map(([id, list]) => usageRow(world, wanted, list, id, 1));
				return { wanted, cells, rows, total: usageRow(world, wanted, cells, null, 1) };
			};
			const [models, keys] = [by('model'), by('key')];
			const days = daysBetween(first, last);
			const layers = layersOf(world, models.wanted, models.cells, days, 'charge');
			return ok({
				clientId,
				client: client.name,
				first,
				last,
				zone: client.zone,
				asOf: freshnessOf(world).asOf,
				erasedThrough: null,
				chart: stackChart('Charge per day', 'charge', days, layers, theme, freshnessOf(world)),
				models: models.rows.map((row) => shown(row, false)),
				keys: keys.rows.map((row) => shown(row, true)),
				total: shown(models.total, false),
				credit: [],
				invoices: [
					{
						number: '2026-0012',
						issued: `${world.month}-01`,
						due: `${world.month}-15`,
						total: amountOf(1_204_330_000_000, 'charge'),
						paid: amountOf(0, 'charge'),
						state: 'open',
					},
				],
			});
		},
		statementSave: async (clientId, { first, last }, format) => {
			const kind = { usage_csv: 'csv', usage_lines: 'jsonl' }[format as string] ?? format;
			return ok({ path: `${FOLDER}/statements/statement-${clientId}-${first}-to-${last}.${kind}`, bytes: 48_204 });
		},
		metadataGet: async (clientId) => {
			const client = named(clientId);
			return client ? ok(metadata(clientId, client.name)) : missing('The client');
		},
		metadataExport: async (clientId, format) =>
			ok({ path: `${FOLDER}/metadata/metadata-${clientId}.${format === 'csv' ? 'csv' : 'jsonl'}`, bytes: 1_820_400 }),
		metadataErase: async (clientId, name) => {
			const client = named(clientId);
			if (!client) return missing('The client');
			if (client.name !== name.trim())
				return fail({ code: 'invalid', field: 'name', message: `\`${name}\` is not the client's name` });
			erased.add(clientId);
			world.done(['usage'], '', { action: 'metadata_erase', target: client.name });
			const message = `Erased 18204 requests and 612 day totals of ${client.name}. Sums by day, model and key, the ledger and final invoices stay.`;
			return ok({ message, undo: null, effectiveWithinSeconds: 0 });
		},
	};
}
