package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/parquet-go/parquet-go"

	"mainstay/ingest"
	"mainstay/ingest/money"
	"mainstay/ingest/store"
	"mainstay/segment"
)

// scoresName is the score file that is read back.
const scoresName = "scores.parquet"

// scoreBack is the part of a row of the score file that a replay needs; money is an integer of the run's
// scale.
type scoreBack struct {
	Key          string   `parquet:"customer_id"`
	Name         *string  `parquet:"name,optional"`
	Relation     string   `parquet:"relation"`
	AtRisk       bool     `parquet:"at_risk"`
	KeyAccount   bool     `parquet:"key_account"`
	Tier         *string  `parquet:"tier,optional"`
	Churn        *float64 `parquet:"churn_probability,optional"`
	Decline      *float64 `parquet:"decline_probability,optional"`
	DeclineBelow *int64   `parquet:"decline_below,optional"`
	Value        *int64   `parquet:"value_12m,optional"`
	ValueLow     *int64   `parquet:"value_12m_low,optional"`
	ValueHigh    *int64   `parquet:"value_12m_high,optional"`
}

// ReadPublished reads what a complete run said from its manifest and its score file, which must still be the
// one that the manifest names.
func ReadPublished(r *Run) (*segment.Published, error) {
	b, err := r.Read(manifestName)
	if err != nil {
		return nil, err
	}
	var m Manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("%s: %w", r.Path()+"/"+manifestName, err)
	}
	asOf, err := time.Parse(time.DateOnly, m.AsOf)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Path()+"/"+manifestName, err)
	}
	f := &m.Forecast
	p := &segment.Published{
		AsOf: ingest.DayOf(asOf), Run: m.Run, ID: m.ID, Horizon: m.Clock.HorizonDays, Basis: m.ValueBasis,
		DeclineModel: m.Champions.Decline, DeclineCertified: m.Champions.DeclineCertified, ChurnModel: m.Champions.Churn, ValueModel: m.Champions.Value, ChurnCertified: m.Champions.ChurnCertified, ValueCertified: m.Champions.ValueCertified,
		Forecast: segment.Forecast{
			Level: float64(f.Level), Leavers: float64(f.Leavers), LeaversLow: float64(f.LeaversLow), LeaversHigh: float64(f.LeaversHigh),
			LabelDays: f.LabelDays, Label: float64(f.Label), LabelLow: float64(f.LabelLow), LabelHigh: float64(f.LabelHigh),
			Year: float64(f.Year), YearLow: float64(f.YearLow), YearHigh: float64(f.YearHigh),
			DeclineDays: f.DeclineDays, Decliners: float64(f.Decliners), DeclinersLow: float64(f.DeclineLow), DeclinersHigh: float64(f.DeclineHigh), Declinable: f.Declinable,
		},
	}
	p.Scores, err = readScores(r, m.Outputs, m.Money.Scale)
	return p, err
}

// readScores reads the score file after comparing it with the manifest's hash.
func readScores(r *Run, outputs []Output, scale int) ([]segment.PublishedScore, error) {
	path := r.Path() + "/" + scoresName
	f, size, err := r.place.open(r.Name + "/" + scoresName)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	hash := sha256.New()
	if a, ok := f.(store.Ahead); ok {
		a.Expect(store.Range{End: size})
	}
	if _, err := io.Copy(hash, io.NewSectionReader(f, 0, size)); err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(outputs, func(o Output) bool { return o.Name == scoresName }); i < 0 || outputs[i].SHA256 != hex.EncodeToString(hash.Sum(nil)) {
		return nil, fmt.Errorf("%s is not the file that its manifest names: remove the run's folder and run again", path)
	}
	scores, err := readRows(f, size, scale)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return scores, nil
}

// readRows reads the rows some at a time: as they are read they are several times as large as what is kept.
func readRows(f io.ReaderAt, size int64, scale int) ([]segment.PublishedScore, error) {
	file, err := parquet.OpenFile(f, size)
	if err != nil {
		return nil, err
	}
	r := parquet.NewGenericReader[scoreBack](file)
	defer r.Close()
	scores, tiers := make([]segment.PublishedScore, 0, r.NumRows()), map[string]string{}
	rows := make([]scoreBack, scoreBatch)
	for {
		clear(rows)
		n, err := r.Read(rows)
		scores = appendPublished(scores, rows[:n], scale, tiers)
		if errors.Is(err, io.EOF) {
			return scores, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// appendPublished appends rows; tiers holds each of their names once.
func appendPublished(scores []segment.PublishedScore, rows []scoreBack, scale int, tiers map[string]string) []segment.PublishedScore {
	estimate := func(v *int64) float64 {
		if v == nil {
			return math.NaN()
		}
		return money.Float64(*v, scale)
	}
	for i := range rows {
		r := &rows[i]
		s := segment.PublishedScore{
			Key: r.Key, Prospect: r.Relation == "prospect", AtRisk: r.AtRisk, KeyAccount: r.KeyAccount, Churn: math.NaN(), Decline: math.NaN(), DeclineBelow: estimate(r.DeclineBelow),
			Value12: estimate(r.Value), Value12Low: estimate(r.ValueLow), Value12High: estimate(r.ValueHigh),
		}
		if r.Churn != nil {
			s.Churn = *r.Churn
		}
		if r.Decline != nil {
			s.Decline = *r.Decline
		}
		if r.Name != nil {
			s.Name = *r.Name
		}
		if r.Tier != nil {
			if _, known := tiers[*r.Tier]; !known {
				tiers[*r.Tier] = *r.Tier
			}
			s.Tier = tiers[*r.Tier]
		}
		scores = append(scores, s)
	}
	return scores
}
