// Package reading holds what Argo CD reads of the plugin's output against what
// the plugin says that it printed.
package reading

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Stream is one project: what is in its files, and the flags of the run.
type Stream struct {
	Files map[string]string
	Flags []string
	// IsPlain says that there are plain manifests only, so that every object of the
	// input has to be in the output.
	IsPlain bool
}

// Generate makes the stream of a seed: the same one for the same seed.
func Generate(seed uint64) Stream {
	g := &generator{rand.New(rand.NewPCG(seed, 7))}
	switch g.IntN(10) {
	case 0, 1:
		return g.patched()
	case 2:
		return Stream{Files: map[string]string{"a.json": g.json()}, IsPlain: true}
	case 3:
		stream := Stream{Files: map[string]string{"a.yaml": g.stream(), "b.yml": g.stream()}, IsPlain: true}
		if g.IntN(3) == 0 {
			stream.Files["b.yml"] = stream.Files["a.yaml"]
		}
		return stream
	default:
		return Stream{Files: map[string]string{"a.yaml": g.stream()}, IsPlain: true}
	}
}

type generator struct{ *rand.Rand }

func (g *generator) of(choices ...string) string { return choices[g.IntN(len(choices))] }

// seldom is one of the hostile choices now and then, and the honest one mostly:
// a stream in which everything is wrong is refused for the first thing alone.
func (g *generator) seldom(honest string, hostile ...string) string {
	if g.IntN(6) > 0 {
		return honest
	}
	return g.of(hostile...)
}

func (g *generator) stream() string {
	var b strings.Builder
	b.WriteString(g.seldom("", "\ufeff", "---\n", "# only a comment\n---\n", "%YAML 1.1\n---\n", "%YAML 1.2\n---\n", "\n\n", " \n", "--- # first\n", "...\n---\n", "---\n---\n"))
	document := ""
	for n := range 1 + g.IntN(3) {
		if n > 0 {
			b.WriteString(g.seldom("---\n", "--- # next\n", "---   \n", "\n---\n\n", "---\r\n", "...\n---\n", "---\n# nothing\n---\n", "--- \n---\n", "...\n", "---\nnull\n---\n", "---\n~\n---\n", "----\n", "---a\n", "--- {}\n", "---\n{}\n---\n"))
		}
		if n > 0 && g.IntN(5) == 0 {
			b.WriteString(g.repeat(document, n))
		} else {
			document = g.document(n)
			b.WriteString(document)
		}
	}
	text := b.String()
	switch g.IntN(40) {
	case 0:
		text = strings.ReplaceAll(text, "\n", "\r\n")
	case 1, 2, 3:
		text = strings.TrimSuffix(text, "\n")
	case 4:
		// A block scalar at the very end.
		text = strings.TrimSuffix(text, "\n") + "\nlast: " + g.of("|", "|-", "|+", ">", ">-", ">+") + "\n  a" + g.of("", "\n", "\n  b", "\n\n  b", "\n  ", "\n   ", "\n\n", "\n\n ", "\r\n", "\r", "\n  b\r", "\n #", "\n  \n  ", "\n   b")
	case 5:
		text += g.of("---", "---\n", "...", "\n \n", "# end", "--- # end")
	}
	return text
}

// repeat is a document once more: as it is, as another text of the same meaning,
// or with a small difference.
func (g *generator) repeat(document string, n int) string {
	switch g.IntN(8) {
	case 0:
		lines := strings.SplitAfter(strings.TrimSuffix(document, "\n"), "\n")
		if !strings.Contains(document, "\n ") {
			g.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		}
		return strings.Join(lines, "") + "\n"
	case 1:
		return strings.ReplaceAll(document, "metadata: {", "metadata: {"+g.of("", " ", "namespace: \"\", ", "namespace: null, ", "namespace: shop, ", "labels: {}, ", "uid: a, "))
	case 2:
		return strings.ReplaceAll(document, "apiVersion: v1\n", "apiVersion: "+g.of("\"v1\"", "v2", "!!str v1", "a/v1", "v1 # c")+"\n")
	case 3:
		return document + g.field(n, 0) + "\n"
	case 4:
		return strings.ReplaceAll(document, "sync-wave: \"1\"", "sync-wave: "+g.of("\"2\"", "'1'", "\"+1\""))
	}
	return document
}

func (g *generator) document(n int) string {
	switch g.IntN(12) {
	case 0:
		return g.list(n, 0)
	case 1:
		return g.json()
	}
	return g.object(n, 0)
}

func (g *generator) name(n int) string {
	return g.seldom(fmt.Sprintf("n%d-%d", n, g.IntN(1000)), "\"\"", "5", "true", "null", "~", "1e3", "0x1f", "\"5\"", "\"a b\"", "a/b", "é", "on", "[a]", "{a: b}", "!!str 5", "&x y", "\"\\u0061\"", "2001-01-01", ".5", "\"<&>\"", "'x''y'", ">-\n    folded", "|-\n    literal")
}

// object is an object in block style, its lines indented.
func (g *generator) object(n, indent int) string {
	pad := strings.Repeat(" ", indent)
	lines := []string{
		"apiVersion: " + g.seldom("v1", "apps/v1", "batch/v1", "example.com/v1", "\"\"", "v1/", "/v1", "a/b/c", "1", "1.5", "null", "\"v1\"", "!!str v1", "example.com/v1beta1"),
		"kind: " + g.seldom("ConfigMap", "Deployment", "Secret", "Service", "Namespace", "CustomResourceDefinition", "Job", "configmap", "List", "ConfigMapList", "Widget", "WidgetList", "null", "\"\"", "5", "y", "\"ConfigMap\"", "!!str Widget"),
		"metadata: " + g.metadata(n, indent),
	}
	for range g.IntN(3) {
		lines = append(lines, g.field(n, indent))
	}
	if g.IntN(8) == 0 {
		lines = append(lines, g.items(n))
	}
	g.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	var b strings.Builder
	seen := map[string]bool{}
	for _, line := range lines {
		if key, _, _ := strings.Cut(line, ":"); seen[key] && g.IntN(8) > 0 {
			continue
		} else {
			seen[key] = true
		}
		b.WriteString(pad + line + "\n")
	}
	return b.String()
}

func (g *generator) metadata(n, indent int) string {
	if g.IntN(40) == 0 {
		return g.of("null", "{}", "[]", "text", "~", "5")
	}
	if g.IntN(12) == 0 {
		return g.blockHooks(n, indent)
	}
	fields := []string{g.seldom("name", "name", "generateName", "Name", "\"name\"", "!!str name") + ": " + flow(g.name(n))}
	if g.IntN(3) == 0 {
		fields = append(fields, "namespace: "+g.seldom("shop", "\"\"", "null", "5", "other", "[]", "\"null\"", "~"))
	}
	if g.IntN(3) == 0 {
		fields = append(fields, "labels: "+g.seldom("{app: x}", "null", "{}", "[]", "text", "{app: 1}", "{app: null}", "{app: true}", "{1: a}", "{true: a}", "{app: {a: b}}", "{app: \"\"}", "{? app : x}"))
	}
	if g.IntN(2) == 0 {
		fields = append(fields, "annotations: "+g.annotations())
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

// blockHooks is metadata in block style, for the notations that flow style has not.
func (g *generator) blockHooks(n, indent int) string {
	pad := "\n" + strings.Repeat(" ", indent+2)
	key := g.of("argocd.argoproj.io/hook", "helm.sh/hook", "argocd.argoproj.io/hook", "argocd.argoproj.io/sync-wave", "helm.sh/hook-weight")
	words := map[string][]string{
		"argocd.argoproj.io/hook": {"Sync", "PreSync", "Skip", "PreSync,Sync", "Skip,PostSync", "Sync,", "Other"},
		"helm.sh/hook":            {"crd-install", "pre-install", "post-upgrade", "test", "pre-install,crd-install"},
	}[key]
	if words == nil {
		words = []string{"1", "-2", "+3", "x"}
	}
	text := g.of(words...)
	value := g.of(
		"|"+pad+"    "+text, "|-"+pad+"    "+text, "|+"+pad+"    "+text+"\n", ">"+pad+"    "+text, ">-"+pad+"    "+text, ">+"+pad+"    "+text+"\n",
		"|"+pad+"    "+strings.ReplaceAll(text, ",", ","+pad+"    "), ">-"+pad+"    "+strings.ReplaceAll(text, ",", ","+pad+"    "),
		"|2-"+pad+"    "+text, ">1"+pad+"    "+text, pad+"    "+text, "\""+text+"\" # c", "!!str >-"+pad+"    "+text, "&h >-"+pad+"    "+text)
	return pad + "name: " + flow(g.name(n)) + pad + "annotations:" + pad + "  " + key + ": " + value
}

func flow(text string) string {
	if strings.HasPrefix(text, ">") || strings.HasPrefix(text, "|") {
		return "folded"
	}
	return text
}

func (g *generator) annotations() string {
	if g.IntN(20) == 0 {
		return g.of("null", "[]", "text", "5", "{}")
	}
	var fields []string
	for _, field := range []string{
		"argocd.argoproj.io/sync-wave: " + g.seldom("\"1\"", "1", "\"-3\"", "\"+2\"", "0x1", "\"0x1\"", "\"1_0\"", "null", "\"\"", "\" 1\"", "1.0", "\"99999999999\"", "true", "-1", "\"١\""),
		"argocd.argoproj.io/hook: " + g.hook("PreSync", "Sync", "PostSync", "SyncFail", "Skip", "PreDelete", "PostDelete", "Nonsense", "sync"),
		"helm.sh/hook: " + g.hook("pre-install", "pre-upgrade", "post-install", "post-upgrade", "crd-install", "test", "test-success", "pre-delete", "post-delete", "pre-rollback", "Nonsense", "Pre-Install"),
		"helm.sh/hook-weight: " + g.seldom("\"5\"", "5", "\"-5\"", "x", "\"+5\"", "\" 5\"", "\"99999999999\"", "\"-2147483649\"", "\"99999999999999999999\"", "\"0x5\"", "\"1_0\"", "\"5.0\"", "\"\"", "\"-0\"", "null"),
		"note: " + g.seldom("text", "5", "true", "null", "1.5", "[a]", "{a: b}", "\"5\"", "~", "on", "2001-01-01"),
		g.key() + ": text",
	} {
		if g.IntN(5) == 0 {
			fields = append(fields, field)
		}
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

// hook is the value of an annotation that makes a hook, in one of the notations
// of YAML: some words, with what may or may not go away between them.
func (g *generator) hook(words ...string) string {
	var chosen []string
	for range 1 + g.IntN(6)/3 {
		chosen = append(chosen, g.of(words...))
	}
	text := strings.Join(chosen, g.of(",", ",", ", ", " ,", ",,", ", ,", ";", " ", "\\n", ",\\t"))
	space := g.seldom("", " ", "\\n", "\\t", "\\r\\n", "\\v", "\\f", "\\u0085", "\\u00a0", "\\u1680", "\\u2003", "\\u2028", "\\u202f", "\\u3000", "\\u200b", "\\ufeff", "\\u180e", ",", "\\0")
	if g.IntN(2) == 0 {
		text += space
	} else {
		text = space + text
	}
	switch plain := !strings.ContainsAny(text, "\\, ;"); {
	case g.IntN(30) == 0:
		return g.of("null", "5", "\"\"", "~", "", "true", "[Sync]", "\" \"", "\",\"", "'Sync'", "!!str Sync", "! Sync", "&h Sync", "\"\\u0053ync\"", "\"Sync\\\n   \"", "\"Sync\n   PreSync\"")
	case plain && g.IntN(3) > 0:
		return text
	}
	return "\"" + text + "\""
}

func (g *generator) key() string {
	if g.IntN(4) > 0 {
		return g.of("a", "b", "c.d/e", "\"x y\"", "on", "1", "1.50", "012", "\"\"", "null", "y", "0x10", "1e6", "é", "'<&>'", "\"\\n\"", "\"\\u2028\"", "\"\u00a0\"", "~", "=", "\"<<\"", "- ", "?", "[a]", "\"😀\"", "-1", ".inf", "2001-01-01")
	}
	n := 120 + g.IntN(60)*16
	if g.IntN(3) == 0 {
		n = g.of2([]int{1020, 1021, 1022, 1023, 1024, 1025, 169, 170, 171, 340, 511, 512})
	}
	quoted := "\"" + strings.Repeat(g.of("x", "<", "é", "\\\"", "\\n", "😀", "\\u2028", "&", "\\\\"), n) + "\""
	// Without `? ` the scanners look no further than 1,024 characters.
	return g.of("", "? ") + quoted + g.of("", " ")
}

func (g *generator) of2(choices []int) int { return choices[g.IntN(len(choices))] }

func (g *generator) scalar() string {
	return g.of("1", "-0", "012", "0o14", "0x1F", "0b101", "1_000", "1.5", "1e3", "1e400", "-1e400", "1e-400", ".inf", "-.inf", ".nan", "9223372036854775807", "9223372036854775808",
		"18446744073709551615", "18446744073709551616", "-9223372036854775809", "123456789012345678901234567890", "0.1", "1.0", "100000000000000000000.5", "1.", ".5", "+1", "1e+21", "1E5", "12:30:45", "true", "yes", "No", "on", "~", "null", "",
		"text", "\"\"", "\"5\"", "'true'", "\"a\\tb\"", "\"\\u00e9\\x41\"", "\"\\ud83d\\ude00\"", "\"a\u2028b\"", "\"a\u0085b\"", "\"a\u007fb\"", "\"a\ufeffb\"", "\"\\0\"", "\"\\u0000\"", "\"\\ufffe\"", "\"\\/\"", "\"{\"", "\"---\"", "\"--- a\"", "'---'", "=", "<<", "!!str 5", "!!int \"5\"", "!!float 5", "!!binary aGk=", "! 5", "*x", "&y z", "@a", "`a`", "%a", "a: b", "a #b", "#a", "\"a\n\n b\"", "2001-12-14t21:59:43.10-05:00", "[1, 2]", "{a: 1}", "{}", "[]", "[[], {}]", "\"\U0001F600\"", "\"a\\\n  b\"", "{a, b: c}", "[a: b]", "'é'", "\"\\e\"", "\"\\_\"", "\"\\L\"")
}

func (g *generator) field(n, indent int) string {
	pad := strings.Repeat(" ", indent)
	key := g.of("data", "spec", "stringData", "status", "rules", "extra")
	switch g.IntN(12) {
	case 0:
		return key + ": {" + g.key() + ": " + g.scalar() + "}"
	case 1:
		body := g.of("---\n", "--- a\n", "a\n\n---\nb\n", "  a\n b\n", "\ta\n", "{\n", "items:\n- a\n", "#!/bin/sh\n", "...\n", "é\u2028\n", " \n\na\n", "%YAML 1.2\n", "\n\n", "a\rb\n", "apiVersion: v1\nkind: X\n")
		var b strings.Builder
		b.WriteString(key + ":\n" + pad + "  a: " + g.of("|", "|-", "|+", ">", ">-", ">+", "|2", "|1", "| # c", "|2-"))
		for line := range strings.Lines(body) {
			b.WriteString("\n" + pad + "    " + strings.TrimSuffix(line, "\n"))
		}
		return b.String()
	case 2:
		return key + ": " + g.of("&x {a: 1}\n"+pad+"other: *x", "{<<: {a: 1}, b: 2}", "{<<: [{a: 1}, {a: 2}], a: 3}", "{a: 1, <<: {a: 2}}", "{a: 1, a: 2}", "{<<: null}", "{<<: *x}", "{\"<<\": {a: 1}}", "{!!merge <<: {a: 1}}")
	case 3:
		return "<<: " + g.of("{items: []}", "{extra: 1}", "{kind: Other}", "[{items: null}]", "{metadata: {name: other}}", "{apiVersion: v2}")
	case 4:
		return key + ": {a: \"" + strings.Repeat(g.of("x", "<", "é", "\\n", " ", "\\\""), 1+g.IntN(3000)) + "\"}"
	case 5:
		depth := g.of2([]int{5, 40, 96, 97, 98, 99, 101})
		return key + ": " + strings.Repeat("[", depth) + strings.Repeat("]", depth)
	case 6:
		return g.key() + ": " + g.scalar()
	default:
		return key + ": {a: " + g.scalar() + ", b: [" + g.scalar() + ", " + g.scalar() + "]}"
	}
}

func (g *generator) items(n int) string {
	key := g.seldom("items", "\"items\"", "'items'", "!!str items", "? items\n", "Items", "\"it\\x65ms\"", "items ")
	return key + ": " + g.of("[]", "null", "~", "{}", "", "text", "5", "[null]", "[1]", "[[]]", "[{}]", "[{a: b}]", "{a: b}", "[{kind: X}]", "[{apiVersion: v1, kind: ConfigMap}]",
		fmt.Sprintf("[{apiVersion: v1, kind: ConfigMap, metadata: {name: i%d}}]", n),
		fmt.Sprintf("[{apiVersion: v1, kind: ConfigMap, metadata: {name: i%d}}, {apiVersion: v1, kind: ConfigMap, metadata: {name: i%d}}]", n, n),
		fmt.Sprintf("[{apiVersion: v1, kind: Secret, metadata: {name: s%d, annotations: {argocd.argoproj.io/sync-wave: \"4\"}}, items: []}]", n),
		fmt.Sprintf("[{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: deep%d}}]}]", n))
}

func (g *generator) list(n, depth int) string {
	kind := g.seldom("List", "ConfigMapList", "list", "WidgetList", "SecretList", "\"List\"")
	pad := strings.Repeat("  ", depth*2)
	var b strings.Builder
	b.WriteString(pad + "apiVersion: v1\n" + pad + "kind: " + kind + "\n")
	if g.IntN(4) == 0 {
		b.WriteString(pad + "metadata: " + g.of("{name: l}", "{resourceVersion: \"\"}", "null", "{}", "{annotations: {argocd.argoproj.io/sync-wave: \"9\"}}", "{namespace: shop}") + "\n")
	}
	if g.IntN(10) == 0 {
		b.WriteString(pad + g.of("spec: {}", "status: {}", "extra: 1") + "\n")
	}
	if g.IntN(6) == 0 {
		b.WriteString(pad + g.items(n) + "\n")
		return b.String()
	}
	b.WriteString(pad + "items:\n")
	for m := range 1 + g.IntN(3) {
		item := ""
		if depth < 2 && g.IntN(8) == 0 {
			item = g.list(n*10+m, depth+1)
			item = strings.Replace(item, pad+"    ", pad+"  - ", 1)
		} else {
			item = g.object(n*10+m, len(pad)+4)
			item = strings.Replace(item, pad+"    ", pad+"  - ", 1)
		}
		b.WriteString(item)
	}
	return b.String()
}

func (g *generator) json() string {
	name := fmt.Sprintf("j%d", g.IntN(1000))
	object := g.of(
		`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"`+name+`"},"data":{"a":`+g.of(`"\u003c"`, `"\u2028"`, `"\ud83d\ude00"`, `"\/"`, `1e2`, `12345678901234567890`, `-0`, `null`, `"\u007f"`, `"a\tb"`, `1.0`)+`}}`,
		`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"`+name+`"},"`+strings.Repeat(g.of("x", `\n`, "<", "é"), g.of2([]int{10, 170, 171, 511, 512, 1000, 1022}))+`":1}`,
		`{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"`+name+`"}}]}`,
		`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"`+name+`"},"items":`+g.of("[]", "null", "{}", `[{"kind":"X"}]`, `"a"`)+`}`,
		`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"`+name+`","name":"twice"}}`,
	)
	return g.seldom("", " ", "\n", strings.Repeat(" ", 5000), strings.Repeat("\n", 4200), "\t") + object + g.seldom("\n", "", "\n\n", object, "\n"+object+"\n", "\n---\n"+object+"\n", " # end\n", "\n...\n")
}

// patched is an App whose objects are changed in every way that there is.
func (g *generator) patched() Stream {
	kind := g.of("Deployment", "Service", "Deployment")
	change := g.of(
		g.items(0), g.items(1), "metadata: "+g.metadata(0, 0), "metadata: {annotations: "+g.annotations()+"}", "metadata: {labels: "+g.of("{a: 1}", "null", "[]", "text", "{a: null}", "{a: b}")+"}",
		"apiVersion: "+g.of("v2", "a/b/c", "5", "null", "\"\"", "apps/v1/x", "v1/x"), "kind: "+g.of("Other", "null", "5", "List", "\"\""), "spec: null", g.field(0, 0), "{$patch: replace}", "spec: {a: "+g.scalar()+"}",
		"spec: {template: {metadata: {annotations: {"+g.key()+": "+g.scalar()+"}}}}",
	)
	app := "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: App\nmetadata: {name: web" + g.seldom("", ", labels: {a: 1}", ", labels: {a: null}", ", annotations: {a: 5}", ", annotations: {"+g.key()+": a}", ", namespace: shop", ", namespace: \"\"", ", annotations: {argocd.argoproj.io/hook: PreSync}") + "}\nspec:\n  image: web:1\n  port: 80\n"
	if g.IntN(4) == 0 {
		app += "  env:\n    " + g.key() + ": " + g.scalar() + "\n"
	}
	if g.IntN(4) == 0 {
		app += "  configFiles:\n    /etc/" + g.of("a", strings.Repeat("a", 300), "a b", "é", "<") + ": " + g.scalar() + "\n"
	}
	if g.IntN(4) == 0 {
		app += "  resources: {limits: {" + g.key() + ": " + g.scalar() + "}}\n"
	}
	app += "  patches:\n  - target: {kind: " + kind + g.seldom("", ", name: web", ", name: other") + "}\n    patch:\n      " + strings.ReplaceAll(change, "\n", "\n      ") + "\n"
	stream := Stream{Files: map[string]string{"app.yaml": app}}
	if g.IntN(4) == 0 {
		stream.Files["environments/e/app.yaml"] = "apiVersion: argocd-atlas-plugin/v1alpha1\nkind: App\nmetadata: {name: web}\nspec:\n  " + g.of("replicas: 2", "patches: [{target: {kind: Service}, patch: {items: []}}]", "patches: [{target: {kind: Deployment}, patch: {items: null, metadata: {annotations: {a: 1}}}}]", "env: {A: "+g.scalar()+"}") + "\n"
		stream.Flags = append(stream.Flags, "--environment", "e")
	}
	if g.IntN(4) == 0 {
		stream.Flags = append(stream.Flags, "--set", "App/web:"+g.of("env.A=", "replicas=", "metadata.labels.a=", "metadata.annotations.a=", "image=", "metadata.namespace=")+g.of("1", "null", "[]", "{a: b}", "\"\"", "x", ".inf", "\u2028", "2"))
	}
	if g.IntN(2) == 0 {
		stream.Flags = append(stream.Flags, "--namespace", "shop")
	}
	return stream
}
