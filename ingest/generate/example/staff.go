package example

import "sort"

// staff are the account managers: a team per region. Three people leave during the window; the first
// two are succeeded by people hired for it, the third by colleagues.
type staff struct {
	teams      map[string][]string
	departures []departure
}

type departure struct {
	manager    string
	on         day
	successors []string
}

// reassigned is the share of accounts a year that change hands for no known reason.
const reassigned = 0.04

func newStaff() *staff {
	return &staff{
		teams: map[string][]string{
			"North":  {"Helen Marsh", "Tom Okafor", "Priya Raman"},
			"South":  {"Daniel Reyes", "Fiona Gallagher", "Mark Ellery"},
			"East":   {"Chen Wei", "Laura Bennett"},
			"West":   {"Owen Price", "Sadia Malik"},
			"Export": {"Anneke de Vries", "Jonas Lind"},
		},
		departures: []departure{
			{"Mark Ellery", date("2024-09-01"), []string{"Grace Adeyemi"}},
			{"Owen Price", date("2025-05-15"), []string{"Ruth Calloway"}},
			{"Laura Bennett", date("2026-06-01"), []string{"Chen Wei"}},
		},
	}
}

// assign gives an account its first manager and every later one.
func (s *staff) assign(a *account, r *random) {
	team := s.teams[a.region]
	planned := a.managers
	current := team[r.intn(len(team))]
	if a.story { // the senior of the team looks after key accounts
		current = team[0]
	}
	changes := []tenure{{0, current}}
	for _, p := range planned {
		changes = append(changes, tenure{p.from, team[len(team)-1]})
	}
	for year := range 3 {
		if !a.story && r.chance(reassigned) {
			changes = append(changes, tenure{windowStart + day(year*365+r.intn(365)), team[r.intn(len(team))]})
		}
	}
	sort.SliceStable(changes, func(i, j int) bool { return changes[i].from < changes[j].from })
	a.managers = nil
	for i, c := range changes {
		until := windowEnd + 1
		if i+1 < len(changes) {
			until = changes[i+1].from
		}
		a.hand(c)
		for _, d := range s.departures {
			if d.on > c.from && d.on < until && a.manager(d.on) == d.manager {
				a.hand(tenure{d.on, d.successors[r.intn(len(d.successors))]})
			} else if d.on <= c.from && c.manager == d.manager { // she has left: her successor takes it
				a.managers[len(a.managers)-1].manager = d.successors[0]
			}
		}
	}
}

func (a *account) hand(t tenure) {
	if n := len(a.managers); n > 0 && a.managers[n-1].manager == t.manager {
		return
	}
	a.managers = append(a.managers, t)
}

// manager is who looks after the account on day d.
func (a *account) manager(d day) string {
	name := ""
	for _, t := range a.managers {
		if t.from <= d {
			name = t.manager
		}
	}
	return name
}
