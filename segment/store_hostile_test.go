package segment

import (
	"context"
	"errors"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// storedExample is a file with most kinds of models, of a small book, and the book.
func storedExample(t testing.TB) (files [][]byte, c *contestedBook) {
	sim := manyBuyers()
	sim.customers, sim.days = 300, 901
	rows := sim.sales()
	for i := range rows {
		rows[i].sides = []string{"R" + rows[i].key[4:]}
	}
	tt, ok := t.(*testing.T)
	if !ok {
		tt = new(testing.T)
	}
	c = contestedOn(tt, handmade(sim.start+900, []string{"region"}, rows...), nil, func(c *Config) { c.ValueBasis, c.ModelAttributes = Revenue, []string{"region"} })
	for k := range c.churn.trials {
		b, err := c.scoredWith(tt, usable(c.churn, k), usable(c.value, k), usable(c.decline, k)).Stored.Encode()
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, b)
	}
	return files, c
}

// FuzzParseStored holds that no bytes make the reader panic, or read what it does not write again.
func FuzzParseStored(f *testing.F) {
	for _, text := range []string{"", "{}", `{"schema": "mainstay.model/1"}`, `{"schema": "mainstay.model/2"}`, `{"schema": "mainstay.model/99999999999999999999"}`, `[[[[`, "{\"schema\": 1e999}"} {
		f.Add([]byte(text))
	}
	files, _ := storedExample(f)
	for _, b := range files {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ParseStored(b)
		if err != nil {
			return
		}
		if _, err := s.Encode(); err != nil {
			t.Errorf("read, but cannot be written: %v", err)
		}
	})
}

var storedNumber = regexp.MustCompile(`-?\d+(\.\d+)?(e[+-]?\d+)?`)

// A file in which numbers, lists and words were changed is refused or scores: it never panics.
func TestHostileModels(t *testing.T) {
	files, c := storedExample(t)
	r := rand.New(rand.NewPCG(1, 2))
	refusedOnes, scored := 0, 0
	rounds := 150
	if testing.Short() {
		rounds = 40
	}
	for round := range rounds {
		text := string(files[round%len(files)])
		for range 1 + r.IntN(3) {
			text = mutated(text, r)
		}
		stored, err := ParseStored([]byte(text))
		if err != nil {
			refusedOnes++
			continue
		}
		cfg := c.cfg
		cfg.Reuse = &Reuse{Model: stored, Must: true, OnDrift: round%2 == 0}
		res, err := Analyse(context.Background(), c.l, c.in, cfg, 1, nil)
		if err != nil {
			unsuitable, damaged := (*IncompatibleError)(nil), (*DamagedError)(nil)
			if !errors.As(err, &unsuitable) && !errors.As(err, &damaged) { // a panic, caught, among others
				t.Errorf("round %d: %v", round, err)
			}
			refusedOnes++
			continue
		}
		res.Scores.Close()
		scored++
	}
	if refusedOnes < rounds/5 || scored == 0 {
		t.Errorf("%d refused, %d scored", refusedOnes, scored)
	}
}

// mutated changes one thing somewhere.
func mutated(text string, r *rand.Rand) string {
	at := storedNumber.FindAllStringIndex(text, -1)
	if len(text) < 1000 || len(at) == 0 { // cut off before
		return text
	}
	pick := at[r.IntN(len(at))]
	number := func(v string) string { return text[:pick[0]] + v + text[pick[1]:] }
	switch r.IntN(6) {
	case 0:
		return number([]string{"0", "-1", "1e300", "-1e300", "1e-300", "9223372036854775807", "1e999", "null"}[r.IntN(8)])
	case 1: // one element less
		return text[:pick[0]] + strings.TrimLeft(text[pick[1]:], ", ")
	case 2: // one more
		return number(text[pick[0]:pick[1]] + ", 7")
	case 3:
		kinds := regexp.MustCompile(`"kind": "[^"]*"`).FindAllStringIndex(text, -1)
		if len(kinds) == 0 {
			return text
		}
		of := kinds[r.IntN(len(kinds))]
		return text[:of[0]] + `"kind": "` + []string{"pooled", "chain", "logit", "last-year", "credibility", "nothing"}[r.IntN(6)] + `"` + text[of[1]:]
	case 4:
		lists := regexp.MustCompile(`\[[^\[\]]*\]`).FindAllStringIndex(text, -1)
		if len(lists) == 0 {
			return text
		}
		of := lists[r.IntN(len(lists))]
		return text[:of[0]] + []string{"[]", "null", "[[]]"}[r.IntN(3)] + text[of[1]:]
	}
	return text[:r.IntN(len(text))]
}
