package example

import "fmt"

// Invented words for names; any likeness is chance.
var firstWords = []string{
	"Abbotsway", "Alderbrook", "Amberley", "Ashgrove", "Askham", "Barrowdale", "Beckford", "Bellmere", "Birchfield", "Blackmoor",
	"Bramwell", "Brierley", "Broadoak", "Brockhurst", "Burnside", "Carrick", "Chalford", "Cheyne", "Claybrook", "Coldwell",
	"Copperfield", "Cranmere", "Crossley", "Dalesman", "Denholm", "Dunmore", "Eastmoor", "Eldridge", "Elmhurst", "Fallowfield",
	"Farnley", "Fenwick", "Fernhill", "Foxley", "Garside", "Glenmore", "Grangeford", "Greystone", "Hadleigh", "Hallam",
	"Harcourt", "Hawksworth", "Hazelmere", "Heathcote", "Highfold", "Holmwood", "Inglewood", "Kelsall", "Kestrel", "Kingsmead",
	"Kirkdale", "Langdale", "Larkfield", "Leighton", "Linden", "Longmere", "Lowther", "Maplewood", "Marchmont", "Melbury",
	"Merrivale", "Millbrook", "Moorgate", "Netherby", "Newlyn", "Norwood", "Oakhanger", "Orchard", "Otterburn", "Parkhead",
	"Pemberton", "Pinewood", "Plumtree", "Quarryhill", "Ravensworth", "Redfern", "Ridgeway", "Rosedale", "Rushmere", "Saltmarsh",
	"Sandholme", "Selwood", "Sherbourne", "Silverdale", "Skelton", "Stanhope", "Stonebeck", "Sutherby", "Tamworthy", "Thornbury",
	"Torrington", "Underhill", "Wakefern", "Walden", "Wetherby", "Whinfell", "Windrush", "Winterbourne", "Woodleigh", "Yarrow",
}

var exportWords = []string{
	"Bergström", "Brunswijk", "Castellano", "Delacroix", "Dubrov", "Egede", "Ferrante", "Grünwald", "Haugen", "Iversen",
	"Janssens", "Kowalczyk", "Lindahl", "Marchetti", "Nordheim", "Oliveira", "Petersen", "Quintana", "Rasmussen", "Sørensen",
	"Tavares", "Ullrich", "Vandermeer", "Weissbach", "Zelenka", "Žitnik", "Ångman", "Moreau", "Novák", "Szabó",
}

var exportForms = []string{"GmbH", "S.A.", "B.V.", "AB", "S.r.l.", "a.s.", "A/S", "SARL"}

var homeForms = []string{"Ltd", "Ltd", "Ltd", "plc", "LLP", ""}

// specialNames are given to the first small accounts: names in Chinese, and two that hurt a careless
// CSV writer (a formula, and a comma with quotes).
var specialNames = []string{
	"北岭重工制造", "云岭医疗器械有限公司", "石桥建筑工程公司", "江湾零售连锁", "南坪第三医院",
	"=Acme Ltd", `Kettle, Pryce & "Sons"`,
}

// namer hands out each name once.
type namer struct {
	r    *random
	used map[string]bool
}

func (n *namer) next(ind *industry, region string) string {
	for {
		kind := ind.words[n.r.intn(len(ind.words))]
		var name string
		switch {
		case region == "Export":
			name = fmt.Sprintf("%s %s %s", exportWords[n.r.intn(len(exportWords))], kind, exportForms[n.r.intn(len(exportForms))])
		case ind.name == "Public sector" || ind.name == "Healthcare":
			name = fmt.Sprintf("%s %s", firstWords[n.r.intn(len(firstWords))], kind)
		default:
			name = fmt.Sprintf("%s %s", firstWords[n.r.intn(len(firstWords))], kind)
			if form := homeForms[n.r.intn(len(homeForms))]; form != "" {
				name += " " + form
			}
		}
		if !n.used[name] {
			n.used[name] = true
			return name
		}
	}
}
