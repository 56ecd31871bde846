package example

// story is a key account written out by hand, so that the example has something to tell.
type story struct {
	name, industry, region string
	yearly                 float64 // revenue a year in the middle of the window
	gap, shape             float64 // mean days between orders, regularity
	growth                 float64 // log growth a year
	since                  int     // customer since, year
	discount               int64   // basis points

	silentFrom string  // no order after this day
	backOn     string  // … until this one
	declineOn  string  // from this day …
	decline    float64 // … additional log growth a year
	newManager string  // a change of account manager on this day
	stretch    float64 // and from that day gaps are this much longer (1 = unchanged)
	monthEnd   bool    // its own system orders on the last day of every month, whatever the weekday
	returns    float64 // share of lines returned in the last year; 0 = as everybody
}

var stories = []story{
	{name: "Northgate Motor Works", industry: "Manufacturing", region: "North", yearly: 4_900_000, gap: 12, shape: 30, growth: 0.05, since: 2009, discount: 1400},
	{name: "市公交集团", industry: "Public sector", region: "East", yearly: 4_100_000, gap: 27, shape: 12, growth: -0.04, since: 2012, discount: 1200, silentFrom: "2026-07-12"},
	{name: "Calder Valley Hospitals", industry: "Healthcare", region: "North", yearly: 3_500_000, gap: 16, shape: 30, growth: 0.03, since: 2006, discount: 1000},
	{name: "Brightwater Foods", industry: "Food & beverage", region: "South", yearly: 3_200_000, gap: 14, shape: 6, growth: 0.02, since: 2014, discount: 1100, declineOn: "2025-09-01", decline: -0.95},
	{name: "Küstenfracht Hansen GmbH", industry: "Logistics", region: "Export", yearly: 2_600_000, gap: 18, shape: 20, growth: 0.28, since: 2019, discount: 900},
	{name: "Ironbridge Castings", industry: "Manufacturing", region: "West", yearly: 2_500_000, gap: 17, shape: 8, growth: 0, since: 2008, discount: 800, newManager: "2026-06-01", stretch: 1.9},
	{name: "Harlow & Finch Stores", industry: "Retail", region: "South", yearly: 2_300_000, gap: 13, shape: 6, growth: 0.04, since: 2015, discount: 1700},
	{name: "St Brannoc University Hospital", industry: "Healthcare", region: "South", yearly: 2_100_000, gap: 20, shape: 30, growth: 0.06, since: 2011, discount: 700},
	{name: "长桥物流集团", industry: "Logistics", region: "Export", yearly: 2_000_000, gap: 23, shape: 10, growth: 0.10, since: 2017, discount: 900},
	{name: "Tidewell Water Board", industry: "Public sector", region: "West", yearly: 1_900_000, gap: 31, shape: 14, growth: 0.01, since: 2004, discount: 500},
	{name: "Marlow Civil Works", industry: "Construction", region: "East", yearly: 1_800_000, gap: 18, shape: 5, growth: 0.05, since: 2016, discount: 1000, silentFrom: "2026-08-31"},
	{name: "Penrose Dairy", industry: "Food & beverage", region: "West", yearly: 1_700_000, gap: 16, shape: 12, growth: 0.02, since: 2010, discount: 900},
	{name: "Oldbury Pressings", industry: "Manufacturing", region: "East", yearly: 1_600_000, gap: 18, shape: 9, growth: -0.05, since: 2007, discount: 900, silentFrom: "2025-03-14"},
	{name: "Redmayne Haulage", industry: "Logistics", region: "North", yearly: 1_500_000, gap: 21, shape: 6, growth: 0.03, since: 2013, discount: 600, returns: 0.16},
	{name: "Ostrava Tooling a.s.", industry: "Manufacturing", region: "Export", yearly: 1_450_000, gap: 26, shape: 8, growth: 0.02, since: 2018, discount: 800, silentFrom: "2024-09-20", backOn: "2025-07-07"},
	{name: "Fairholme School Board", industry: "Public sector", region: "North", yearly: 1_350_000, gap: 34, shape: 10, growth: 0.04, since: 2010, discount: 400},
	{name: "Whitcombe Markets", industry: "Retail", region: "East", yearly: 1_300_000, gap: 17, shape: 7, growth: -0.02, since: 2016, discount: 1500, declineOn: "2026-01-15", decline: -0.8},
	{name: "青禾食品有限公司", industry: "Food & beverage", region: "Export", yearly: 1_200_000, gap: 22, shape: 9, growth: 0.22, since: 2020, discount: 700},
	{name: "Castlegate Diagnostics", industry: "Healthcare", region: "East", yearly: 1_150_000, gap: 18, shape: 18, growth: 0.05, since: 2014, discount: 600},
	{name: "Aldersyde Builders", industry: "Construction", region: "South", yearly: 1_050_000, gap: 22, shape: 5, growth: 0.03, since: 2015, discount: 900, newManager: "2026-04-01", stretch: 1.5},
	{name: "Severn Reach Shipping", industry: "Logistics", region: "West", yearly: 1_000_000, gap: 25, shape: 7, growth: 0.06, since: 2012, discount: 500},
	{name: "Lindqvist Instruments AB", industry: "Manufacturing", region: "Export", yearly: 950_000, gap: 30.4, shape: 30, growth: 0.08, since: 2021, discount: 500, monthEnd: true},
}
