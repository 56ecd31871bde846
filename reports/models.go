package reports

import (
	"bytes"
	"encoding/json"

	"mainstay/markov"
	"mainstay/regress/evaluate"
	"mainstay/segment"

	"gonum.org/v1/gonum/mat"
)

// ModelsSchema is the version of models.json.
const ModelsSchema = "mainstay.models/1"

const modelsName = "models.json"

// models is models.json: every fit, used or not, with what is needed to check it.
type models struct {
	Schema      string          `json:"schema"`
	Run         string          `json:"run"`
	AsOf        string          `json:"as_of"`
	Clock       ClockInfo       `json:"clock"`
	Champions   Champions       `json:"champions"`
	Tournament  json.RawMessage `json:"tournament"` // rows of the tournament table
	Fits        []modelInfo     `json:"fits"`
	Calibration []evaluate.Bin  `json:"calibration"`
	Lift        []evaluate.Bin  `json:"lift"`
	Decline     []evaluate.Bin  `json:"decline_calibration"`
}

type modelInfo struct {
	FitInfo
	Coefficients []coefficientInfo `json:"coefficients,omitempty"`
	Chain        *chainInfo        `json:"chain,omitempty"`
	Clusters     *clustersInfo     `json:"clusters,omitempty"`
}

type coefficientInfo struct {
	Name     string `json:"name"`
	Estimate number `json:"estimate"`
	SE       number `json:"se"`
	Low      number `json:"low"`
	High     number `json:"high"`
}

// chainInfo holds the matrices row by row, from-state by to-state.
type chainInfo struct {
	States      []string   `json:"states"`
	Counts      [][]int64  `json:"counts"`
	Probability [][]number `json:"probability"`
	SE          [][]number `json:"se"`
}

func newModels(m *Manifest, res *segment.Result) (*models, error) {
	var table bytes.Buffer
	if err := WriteJSON(&table, Tournament(res.Contests)); err != nil {
		return nil, err
	}
	out := &models{
		Schema: ModelsSchema, Run: m.Run, AsOf: m.AsOf, Clock: m.Clock, Champions: m.Champions,
		Tournament: table.Bytes(), Fits: []modelInfo{}, Calibration: append([]evaluate.Bin{}, res.Calibration...), Lift: append([]evaluate.Bin{}, res.Lift...),
		Decline: append([]evaluate.Bin{}, res.DeclineCalibration...),
	}
	for i := range res.Fits {
		f := &res.Fits[i]
		info := modelInfo{FitInfo: m.Fits[i], Chain: newChainInfo(f.Chain), Clusters: newClustersInfo(f.Clusters)}
		for _, c := range f.Coefficients {
			info.Coefficients = append(info.Coefficients, coefficientInfo{c.Name, number(c.Estimate), number(c.SE), number(c.Low), number(c.High)})
		}
		out.Fits = append(out.Fits, info)
	}
	return out, nil
}

func newChainInfo(c *markov.Chain) *chainInfo {
	if c == nil {
		return nil
	}
	info := &chainInfo{States: c.States, Probability: matrix(c.P), SE: matrix(c.SE)}
	if c.N != nil {
		k := len(c.N.States)
		for i := range k {
			info.Counts = append(info.Counts, c.N.N[i*k:(i+1)*k])
		}
	}
	return info
}

func matrix(m *mat.Dense) [][]number {
	if m == nil {
		return nil
	}
	rows, _ := m.Dims()
	out := make([][]number, rows)
	for i := range out {
		out[i] = numbers(m.RawRowView(i))
	}
	return out
}
