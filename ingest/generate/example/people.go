package example

import "fmt"

// givenNames and familyNames are of the customers' people.
var (
	givenNames  = []string{"Alice", "Amir", "Beatrice", "Carlos", "Dmitri", "Elena", "Femi", "Greta", "Hassan", "Ingrid", "James", "Keiko", "Lucas", "Mei", "Nadia", "Oscar"}
	familyNames = []string{"Abbott", "Bauer", "Cole", "Duarte", "Evans", "Fischer", "Gray", "Huang", "Ito", "Jensen", "Khan", "Larsen", "Moreno", "Novak", "Osei", "Patel"}
)

const (
	shareSecond = 0.45 // accounts with a second contact
	shareThird  = 0.25 // of those, with a third
	shareMoved  = 0.15 // contacts that left their post during the window
)

// people are who looks after an account (role "account manager", with every handover) and who decides at the
// customer: a buyer everywhere, at many also a technical contact or a director. from and to are inclusive;
// an empty to is today.
//
// Three lines are wrong on purpose: one ends before it begins, one is of a customer that does not exist, one has
// no person.
func (b *book) people() csvTable {
	t := csvTable{{"customer_id", "person", "role", "from", "to"}}
	for i, a := range b.sorted() {
		if a.prospect {
			continue
		}
		r := newRandom(uint64(13_000 + i))
		for j, m := range a.managers {
			to := ""
			if j+1 < len(a.managers) {
				if a.managers[j+1].from <= a.since { // handed over before the account was opened
					continue
				}
				to = (a.managers[j+1].from - 1).text()
			}
			t = append(t, []string{a.key, m.manager, "account manager", max(m.from, a.since).text(), to})
		}
		roles := []string{"buyer"}
		if a.story || r.chance(shareSecond) {
			roles = append(roles, "technical contact")
			if r.chance(shareThird) {
				roles = append(roles, "director")
			}
		}
		for _, role := range roles {
			person, from := r.person(), max(a.since, date("2019-01-01"))
			if r.chance(shareMoved) {
				moved := max(from, windowStart) + day(r.intn(int(windowEnd-max(from, windowStart))))
				t = append(t, []string{a.key, person, role, from.text(), (moved - 1).text()})
				person, from = r.person(), moved
			}
			t = append(t, []string{a.key, person, role, from.text(), ""})
		}
	}
	return append(t,
		[]string{t[10][0], "Oscar Bauer", "buyer", "2026-02-01", "2025-02-01"},
		[]string{"C9999", "Mei Huang", "buyer", "2024-01-01", ""},
		[]string{t[30][0], "", "director", "2025-06-01", ""})
}

func (r *random) person() string {
	return fmt.Sprintf("%s %s", givenNames[r.intn(len(givenNames))], familyNames[r.intn(len(familyNames))])
}
