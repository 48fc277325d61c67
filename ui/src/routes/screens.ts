/** Every screen: its place in the sidebar, its address, its shortcut. */
import type { Component } from 'svelte';
import Building from '@lucide/svelte/icons/building-2';
import ChartColumn from '@lucide/svelte/icons/chart-column';
import FileText from '@lucide/svelte/icons/file-text';
import History from '@lucide/svelte/icons/history';
import KeyRound from '@lucide/svelte/icons/key-round';
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard';
import Scale from '@lucide/svelte/icons/scale';
import Server from '@lucide/svelte/icons/server';
import Settings from '@lucide/svelte/icons/settings';
import Tags from '@lucide/svelte/icons/tags';
import ActivityPage from '$features/activity/ActivityPage.svelte';
import ClientsPage from '$features/clients/ClientsPage.svelte';
import GatewaysPage from '$features/gateways/GatewaysPage.svelte';
import InvoicePage from '$features/invoices/InvoicePage.svelte';
import InvoicesPage from '$features/invoices/InvoicesPage.svelte';
import KeysPage from '$features/keys/KeysPage.svelte';
import OverviewPage from '$features/overview/OverviewPage.svelte';
import PricesPage from '$features/prices/PricesPage.svelte';
import ReconcilePage from '$features/reconcile/ReconcilePage.svelte';
import SettingsPage from '$features/settings/SettingsPage.svelte';
import UsagePage from '$features/usage/UsagePage.svelte';
import { m } from '$lib/paraglide/messages';
import ClientRoute from './ClientRoute.svelte';

type Icon = Component<{ size?: number; class?: string; 'aria-hidden'?: 'true' }>;

export interface Screen {
	/** First segment of the address, and part of the test id. */
	id: string;
	title: () => string;
	icon: Icon;
	/** Pressed after `g`. */
	letter: string;
	page: Component;
	/** The page of one of them: `/clients/cl_1`. */
	detail?: Component<{ id: string }>;
}

export const SCREENS: readonly Screen[] = [
	{ id: 'overview', title: m.nav_overview, icon: LayoutDashboard, letter: 'o', page: OverviewPage },
	{ id: 'clients', title: m.nav_clients, icon: Building, letter: 'c', page: ClientsPage, detail: ClientRoute },
	{ id: 'keys', title: m.nav_keys, icon: KeyRound, letter: 'k', page: KeysPage },
	{ id: 'usage', title: m.nav_usage, icon: ChartColumn, letter: 'u', page: UsagePage },
	{ id: 'invoices', title: m.nav_invoices, icon: FileText, letter: 'i', page: InvoicesPage, detail: InvoicePage },
	{ id: 'prices', title: m.nav_prices, icon: Tags, letter: 'p', page: PricesPage },
	{ id: 'reconcile', title: m.nav_reconcile, icon: Scale, letter: 'r', page: ReconcilePage },
	{ id: 'gateways', title: m.nav_gateways, icon: Server, letter: 'g', page: GatewaysPage },
	{ id: 'activity', title: m.nav_activity, icon: History, letter: 'a', page: ActivityPage },
	{ id: 'settings', title: m.nav_settings, icon: Settings, letter: 's', page: SettingsPage },
];

/** The screen of an address; the overview for an unknown one. */
export function screenOf(segments: readonly string[]): Screen {
	return SCREENS.find(({ id }) => id === segments[0]) ?? (SCREENS[0] as Screen);
}
