package segment

import "mainstay/ingest"

// contractFeature is known of everybody where contracts are given. When a contract ends is no feature:
// in many exports the end is written when the customer has left, and a model would learn from it.
var contractFeature = feature{"contract_open", codeContract, "1 when a contract is in force"}

// inForce is the source of contractFeature.
type inForce struct{}

func (inForce) features() []feature { return []feature{contractFeature} }

func (inForce) fill(x []float64, pr *Profile, _ ingest.Day) { x[0] = unit(pr.Contract) }
