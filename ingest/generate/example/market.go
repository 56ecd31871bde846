package example

import "fmt"

// industry is what accounts of one kind have in common.
type industry struct {
	name   string
	weight float64     // share of accounts
	risk   float64     // multiplies the hazard of leaving
	season [12]float64 // by month, mean about 1
	mix    [4]float64  // how often a line is of each category
	words  []string    // what their names end with
}

var categories = [4]string{"machines", "spare parts", "consumables", "service"}

// costShare is cost ÷ list price by category.
var costShare = [4]float64{0.76, 0.55, 0.63, 0.48}

type product struct {
	id       string
	category int
	price    int64 // cents, list price of 2024
	cost     int64
}

type market struct {
	industries []industry
	products   []product
	byCategory [4][]int
}

var regions = [5]string{"North", "South", "East", "West", "Export"}

var regionWeight = []float64{24, 22, 22, 18, 14}

func newMarket() *market {
	m := &market{industries: []industry{
		{"Manufacturing", 26, 0.8, [12]float64{1, 1, 1.1, 1.05, 1, 1, .85, .75, 1.05, 1.1, 1.1, 1}, [4]float64{8, 36, 44, 12},
			[]string{"Castings", "Engineering", "Pressings", "Tooling", "Bearings", "Plastics", "Fabrication", "Instruments"}},
		{"Healthcare", 13, 0.6, [12]float64{1.05, 1, 1, 1, 1, .95, .9, .95, 1, 1, 1.05, 1.1}, [4]float64{7, 22, 51, 20},
			[]string{"Hospital", "Clinics", "Medical Centre", "Diagnostics", "Care Group", "Laboratories"}},
		{"Public sector", 11, 0.45, [12]float64{.6, .7, .9, .9, .9, .9, .8, .7, .9, 1, 1.7, 2}, [4]float64{10, 34, 26, 30},
			[]string{"City Council", "Transport Authority", "School Board", "Water Board", "Fire Service", "Harbour Office"}},
		{"Retail", 14, 1.4, [12]float64{.75, .75, .9, .95, .95, .95, .95, 1, 1.1, 1.3, 1.4, 1}, [4]float64{2, 20, 68, 10},
			[]string{"Stores", "Home & Garden", "Markets", "Outfitters", "Trading", "Department Store"}},
		{"Logistics", 12, 1.0, [12]float64{.95, .95, 1, 1, 1, 1, .95, .95, 1.05, 1.1, 1.1, .95}, [4]float64{8, 46, 30, 16},
			[]string{"Freight", "Haulage", "Logistics", "Warehousing", "Shipping", "Couriers"}},
		{"Construction", 13, 1.8, [12]float64{.6, .7, 1, 1.2, 1.25, 1.25, 1.15, 1.1, 1.15, 1.1, .9, .6}, [4]float64{9, 42, 37, 12},
			[]string{"Builders", "Civil Works", "Roofing", "Contractors", "Paving", "Scaffolding"}},
		{"Food & beverage", 11, 1.0, [12]float64{.85, .85, .95, 1, 1.1, 1.2, 1.2, 1.15, 1, .95, .9, .85}, [4]float64{6, 30, 49, 15},
			[]string{"Foods", "Brewery", "Dairy", "Bakeries", "Mills", "Beverages"}},
	}}
	r := newRandom(1)
	add := func(prefix string, category, n int, lo, hi float64) {
		for i := range n {
			// Most things are cheap.
			price := int64(lo+(hi-lo)*r.uniform()*r.uniform()*r.uniform()) * 10
			cost := int64(float64(price) * costShare[category] * r.between(0.88, 1.12))
			m.byCategory[category] = append(m.byCategory[category], len(m.products))
			m.products = append(m.products, product{fmt.Sprintf("%s-%d", prefix, 101+i), category, price, cost})
		}
	}
	add("MA", 0, 12, 2_800_0, 46_000_0)
	add("SP", 1, 60, 12_0, 900_0)
	add("CO", 2, 40, 4_0, 95_0)
	add("SV", 3, 14, 90_0, 1_600_0)
	return m
}

// listPrice is the price in cents in a calendar year: 3 % more each January, to the next 5 cents.
func (p *product) listPrice(year int) int64 {
	price := p.price
	for y := 2024; y < year; y++ {
		price = (price*103 + 250) / 500 * 5
	}
	return price
}

// unitCost follows with 4 % a year.
func (p *product) unitCost(year int) int64 {
	cost := p.cost
	for y := 2024; y < year; y++ {
		cost = (cost*104 + 50) / 100
	}
	return cost
}
