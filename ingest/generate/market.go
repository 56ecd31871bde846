package generate

import "math"

// industry is what customers of one kind have in common.
type industry struct {
	Name  string  `json:"name"`
	Share float64 `json:"share"` // of customers
	Risk  float64 `json:"risk"`  // factor on the hazard of leaving
	Peak  int     `json:"peak"`  // month of the most orders, 1 to 12
}

var theSeven = []industry{
	{"Manufacturing", 0.26, 0.8, 10}, {"Healthcare", 0.13, 0.6, 12}, {"Public sector", 0.11, 0.45, 12}, {"Retail", 0.14, 1.4, 11},
	{"Logistics", 0.12, 1.0, 10}, {"Construction", 0.13, 1.8, 6}, {"Food & beverage", 0.11, 1.0, 7},
}

// industriesNamed gives names that the user chose equal shares, equal risks, and peaks spread over the year.
func industriesNamed(names []string) []industry {
	if len(names) == 0 {
		return theSeven
	}
	out := make([]industry, len(names))
	for i, name := range names {
		out[i] = industry{name, 1 / float64(len(names)), 1, 1 + 12*i/len(names)}
	}
	return out
}

// Products are P0001 to P1000; the category is the number modulo 4, and cheap ones are bought most.
const products = 1000

var (
	categories = [4]string{"consumables", "spare parts", "service", "machines"}
	costShare  = [4]int64{63, 55, 48, 76} // unit cost as per cent of the price
	channels   = [3]string{"direct", "dealer", "online"}
	statuses   = [2]string{"completed", "cancelled"}
)

// listPrice of a product, in cents: from 4 to 4,000 currency units, evenly on a log scale.
func listPrice(product int) float64 { return 400 * math.Pow(1000, float64(product)/products) }

// listPrices is listPrice, tabulated.
var listPrices = func() (t [products]float64) {
	for i := range t {
		t[i] = listPrice(i)
	}
	return t
}()
