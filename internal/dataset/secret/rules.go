package secret

import (
	"regexp"
	"sync"
)

// A rule is a form that secrets have.
type rule struct {
	name     string
	keywords []string // in lower case; one of them is in every text that the rule can match
	pattern  *regexp.Regexp
	entropy  float64                 // least bits for each character of the secret, 0 for any
	secret   func(value string) bool // what else the secret must be; nil for nothing
	lines    bool                    // a secret may go over several lines
	value    int                     // a line without a run of so many characters of a key cannot match; 0 for any line
}

// form is a rule whose keyword begins the secret: fixed beginnings are what makes such keys recognisable.
func form(name, pattern string, entropy float64, keywords ...string) rule {
	return rule{name: name, keywords: keywords, pattern: regexp.MustCompile(pattern), entropy: entropy}
}

// The parts of patterns. A secret is the first group that takes part in a match, or the whole match.
const (
	before = `(?:^|[^A-Za-z0-9_])`                                               // nothing that could belong to the secret
	after  = `(?:[^A-Za-z0-9_]|$)`                                               // likewise
	assign = `["'\x60]?\]?[ \t]*(?::[ \t]*\w+[ \t]*)?(?:=>|:=|\|\||=|:|,)[ \t]*` // from a name, and perhaps its type, to its value
	quote  = `["'\x60]`
)

// rules are the forms of keys, by the documentation of who issues them. The order has no meaning.
var rules = sync.OnceValue(func() []rule {
	return append([]rule{
		form("adafruit-key", before+`(aio_[A-Za-z0-9]{28})`+after, 3, "aio_"),
		form("age-secret-key", `(AGE-SECRET-KEY-1[0-9A-Z]{58})`, 0, "age-secret-key-1"),
		form("airtable-pat", before+`(pat[A-Za-z0-9]{14}\.[a-f0-9]{64})`+after, 0, "pat"),
		form("alibaba-access-key", before+`(LTAI[A-Za-z0-9]{16,24})`+after, 3, "ltai"),
		form("anthropic-api-key", before+`(sk-ant-[a-z]+[0-9]{2}-[A-Za-z0-9_-]{20,120})`, 3, "sk-ant-"),
		form("artifactory-key", before+`(AKCp[A-Za-z0-9]{69}|cmVmd[A-Za-z0-9]{59})`+after, 4, "akcp", "cmvmd"),
		form("atlassian-api-token", before+`(ATATT3[A-Za-z0-9_=-]{100,250})`, 3.5, "atatt3"),
		form("aws-access-key", before+`((?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})`+after, 3, "a3t", "akia", "asia", "abia", "acca"),
		form("aws-bedrock-key", before+`(ABSK[A-Za-z0-9+/]{100,270}={0,2}|bedrock-api-key-[A-Za-z0-9+/=]{40,})`, 3, "absk", "bedrock-api-key-"),
		form("azure-client-secret", `(?:^|[\s"'\x60>=:(,)])([A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34})(?:$|[\s"'\x60<),])`, 3, "q~"),
		form("azure-storage-key", `(?i)AccountKey=([A-Za-z0-9+/]{86}==)`, 4, "accountkey="),
		form("clickhouse-key", before+`(4b1d[A-Za-z0-9]{38})`+after, 3, "4b1d"),
		form("clojars-token", `(?i)(CLOJARS_[a-z0-9]{60})`+after, 2, "clojars_"),
		form("cloudflare-origin-key", before+`(v1\.0-[a-f0-9]{24}-[a-f0-9]{146})`+after, 2, "v1.0-"),
		form("databricks-token", before+`(dapi[a-f0-9]{32}(?:-[0-9])?)`+after, 3, "dapi"),
		form("digitalocean-token", before+`(do[opr]_v1_[a-f0-9]{64})`+after, 3, "doo_v1_", "dop_v1_", "dor_v1_"),
		{
			name: "discord-bot-token", entropy: 4, value: 50, // the first part is a number in base64, which begins with one of these
			keywords: []string{"mt", "mj", "mz", "nd", "nt", "nj", "nz", "od", "ot"},
			pattern:  regexp.MustCompile(before + `([MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38})` + after),
		},
		form("discord-webhook", `(discord(?:app)?\.com/api/webhooks/[0-9]{15,21}/[A-Za-z0-9_-]{60,})`, 0, "discord.com/api/webhooks/", "discordapp.com/api/webhooks/"),
		form("doppler-token", before+`(dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9.]{40,})`, 3, "dp."),
		form("dropbox-token", before+`(sl\.[A-Za-z0-9_=-]{120,})`, 3, "sl."),
		form("duffel-token", before+`(duffel_(?:test|live)_[A-Za-z0-9_=-]{43})`, 2, "duffel_"),
		form("dynatrace-token", before+`(dt0c01\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{64})`+after, 3, "dt0c01."),
		form("easypost-token", before+`(EZ[AT]K[A-Za-z0-9]{54})`+after, 2, "ezak", "eztk"),
		form("facebook-page-token", before+`(EAA[MC][A-Za-z0-9]{100,})`+after, 4, "eaam", "eaac"),
		form("flutterwave-key", before+`(FLW(?:PUB|SEC)K_(?:TEST|LIVE)-[a-h0-9]{32}-X)`, 2, "flwpubk_", "flwseck_"),
		form("flyio-token", before+`(fo1_[A-Za-z0-9_-]{43}|fm[12][ar]?_[A-Za-z0-9+/]{100,}={0,3})`, 4, "fo1_", "fm1", "fm2"),
		form("gcp-api-key", before+`(AIza[A-Za-z0-9_-]{35})`, 3.5, "aiza"),
		form("google-oauth", before+`(ya29\.[A-Za-z0-9_-]{30,}|GOCSPX-[A-Za-z0-9_-]{28})`, 3, "ya29.", "gocspx-"),
		form("github-pat", before+`(ghp_[A-Za-z0-9]{36})`, 3, "ghp_"),
		form("github-oauth", before+`(gho_[A-Za-z0-9]{36})`, 3, "gho_"),
		form("github-app-token", before+`(gh[us]_[A-Za-z0-9]{36})`, 3, "ghu_", "ghs_"),
		form("github-refresh-token", before+`(ghr_[A-Za-z0-9]{36,76})`, 3, "ghr_"),
		form("github-fine-grained-pat", before+`(github_pat_[A-Za-z0-9_]{82})`, 3, "github_pat_"),
		form("gitlab-token", before+`(gl(?:pat|oas|dt|rt|rtr|ft|imt|agent|soat|ptt|cbt|ffct)-[A-Za-z0-9_.-]{20,300})`, 3,
			"glpat-", "gloas-", "gldt-", "glrt-", "glrtr-", "glft-", "glimt-", "glagent-", "glsoat-", "glptt-", "glcbt-", "glffct-"),
		form("gitlab-runner-token", before+`(GR1348941[A-Za-z0-9_-]{20})`, 3, "gr1348941"),
		form("grafana-token", before+`(glc_[A-Za-z0-9+/]{32,400}={0,3}|glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|eyJrIjoi[A-Za-z0-9]{70,400}={0,3})`, 3, "glc_", "glsa_", "eyjrijoi"),
		form("harness-token", before+`((?:pat|sat)\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20})`+after, 3, "pat.", "sat."),
		form("hashicorp-token", before+`([A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70})`, 3.5, ".atlasv1."),
		form("heroku-key", before+`(HRKU-AA[A-Za-z0-9_-]{58})`, 4, "hrku-aa"),
		form("huggingface-token", before+`(hf_[A-Za-z]{34}|api_org_[A-Za-z]{34})`+after, 2, "hf_", "api_org_"),
		form("infracost-token", before+`(ico-[A-Za-z0-9]{32})`+after, 3, "ico-"),
		form("jwt", before+`(eyJ[A-Za-z0-9_-]{14,}\.eyJ[A-Za-z0-9_-]{14,}\.[A-Za-z0-9_-]{10,}={0,2})`, 3, "eyj"),
		form("linear-key", before+`(lin_api_[A-Za-z0-9]{40})`+after, 2, "lin_api_"),
		form("mailchimp-key", before+`([a-f0-9]{32}-us[0-9]{1,2})`+after, 3, "-us"),
		form("mailgun-key", before+`(key-[a-f0-9]{32}|pubkey-[a-f0-9]{32})`+after, 3, "key-"),
		form("mapbox-token", before+`([ps]k\.eyJ1[A-Za-z0-9_-]{50,}\.[A-Za-z0-9_-]{20,})`, 3, "k.eyj1"),
		form("maxmind-key", before+`([A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk)`+after, 4, "_mmk"),
		form("microsoft-teams-webhook", `(webhook\.office\.com/webhookb2/[a-f0-9-]{36}@[a-f0-9-]{36}/IncomingWebhook/[a-f0-9]{32}/[a-f0-9-]{36})`, 0, "webhook.office.com"),
		form("new-relic-key", before+`(NR(?:AK|JS|II|AL|IQ)-[A-Za-z0-9_-]{19,40})`, 2, "nrak-", "nrjs-", "nrii-", "nral-", "nriq-"),
		form("notion-token", before+`(ntn_[0-9]{11}[A-Za-z0-9]{35})`+after, 4, "ntn_"),
		form("npm-token", before+`(npm_[A-Za-z0-9]{36})`+after, 3, "npm_"),
		form("octopus-key", before+`(API-[A-Z0-9]{26})`+after, 3, "api-"),
		form("openai-api-key", before+`(sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,200}|sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20})`, 3, "sk-"),
		form("openshift-token", before+`(sha256~[A-Za-z0-9_-]{43})`, 3.5, "sha256~"),
		form("perplexity-key", before+`(pplx-[A-Za-z0-9]{48})`+after, 4, "pplx-"),
		form("plaid-token", before+`(access-(?:sandbox|development|production)-[a-f0-9]{8}-[a-f0-9-]{27})`+after, 0, "access-"),
		form("planetscale-token", before+`(pscale_(?:tkn|oauth|pw)_[A-Za-z0-9_=.-]{32,64})`, 3, "pscale_"),
		form("postman-key", before+`(PMAK-[a-fA-F0-9]{24}-[a-fA-F0-9]{34})`+after, 3, "pmak-"),
		form("prefect-key", before+`(pnu_[A-Za-z0-9]{36})`+after, 2, "pnu_"),
		form("pulumi-token", before+`(pul-[a-f0-9]{40})`+after, 2, "pul-"),
		form("pypi-token", before+`(pypi-AgEI[A-Za-z0-9_-]{50,1000})`, 3, "pypi-agei"),
		form("readme-key", before+`(rdme_[a-z0-9]{70})`+after, 2, "rdme_"),
		form("rubygems-key", before+`(rubygems_[a-f0-9]{48})`+after, 2, "rubygems_"),
		form("scalingo-token", before+`(tk-us-[A-Za-z0-9_-]{48})`, 2, "tk-us-"),
		form("sendgrid-key", before+`(SG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{39,50})`, 3, "sg."),
		form("sendinblue-key", before+`(xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16})`+after, 2, "xkeysib-"),
		form("sentry-token", before+`(sntry[su]_[A-Za-z0-9_+/=-]{60,400})`, 3, "sntrys_", "sntryu_"),
		form("shippo-token", before+`(shippo_(?:live|test)_[a-fA-F0-9]{40})`+after, 2, "shippo_"),
		form("shopify-token", before+`(shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32})`+after, 2, "shpat_", "shpca_", "shppa_", "shpss_"),
		form("slack-token", before+`(xox[abeoprs]-[A-Za-z0-9-]{10,250}|xapp-[0-9]-[A-Z0-9]+-[0-9]+-[a-z0-9]+|xoxe\.xox[bp]-[0-9]-[A-Za-z0-9]{160,180})`, 2,
			"xoxa-", "xoxb-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xapp-", "xoxe."),
		form("slack-webhook", `(hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{43,60})`, 0, "hooks.slack.com"),
		form("sourcegraph-token", before+`(sgp_(?:[a-fA-F0-9]{16}_|local_)?[a-fA-F0-9]{40})`+after, 3, "sgp_"),
		form("square-token", before+`((?:EAAA|sq0atp-|sq0csp-)[A-Za-z0-9_-]{22,60})`+after, 3.5, "eaaa", "sq0atp-", "sq0csp-"),
		form("stripe-key", before+`((?:sk|rk)_(?:test|live|prod)_[A-Za-z0-9]{10,99}|whsec_[A-Za-z0-9+/=]{32,})`, 2, "sk_", "rk_", "whsec_"),
		form("telegram-bot-token", before+`([0-9]{8,10}:A[A-Za-z0-9_-]{34})`+after, 3.5, ":a"),
		form("twilio-key", before+`(SK[a-f0-9]{32})`+after, 3, "sk"),
		form("twitter-bearer-token", before+`(A{22}[A-Za-z0-9%]{80,100})`, 3, "aaaaaaaaaaaaaaaaaaaaaa"),
		form("typeform-token", before+`(tfp_[A-Za-z0-9_.=-]{59})`, 3, "tfp_"),
		form("vault-token", before+`(hv[sb]\.[A-Za-z0-9_-]{90,300})`, 3.5, "hvs.", "hvb."),
		form("yandex-key", before+`(AQVN[A-Za-z0-9_-]{35,38}|YC[A-Za-z0-9_-]{38}|t1\.[A-Z0-9a-z_-]+={0,2}\.[A-Z0-9a-z_-]{86}={0,2})`+after, 3.5, "aqvn", "yc", "t1."),

		// A file may have cut off the end of a private key, or hold it in a string.
		{
			name: "private-key", keywords: []string{"private key"}, lines: true,
			pattern: regexp.MustCompile(`-----BEGIN[ A-Z0-9_-]{0,40}PRIVATE KEY(?: BLOCK)?-----[^-]{0,200}?[A-Za-z0-9+/=]{40}`),
		},
		{
			name: "url-password", keywords: []string{"://"}, secret: password,
			pattern: regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/:@"'\x60<>{}$%]{1,60}:([^\s/:@"'\x60<>{}$%]{6,120})@[A-Za-z0-9]`),
		},
		{
			name: "authorization-header", keywords: []string{"authorization"}, entropy: 3, secret: random, value: 16,
			pattern: regexp.MustCompile(`(?i)authorization["'\x60]?\]?[ \t]*[:=,][ \t]*["'\x60]?(?:bearer|token|basic)[ \t]+([A-Za-z0-9._~+/=-]{20,500})`),
		},
	}, named()...)
})

// named are the rules about names: what is assigned to them and looks random is a secret.
func named() []rule {
	const value = quote + `([A-Za-z0-9+/_.=~-]{16,200})` + quote
	return []rule{
		{
			name: "generic-api-key", keywords: []string{"key", "secret", "token", "auth", "cred"}, entropy: 3.2, secret: random, value: 16,
			pattern: regexp.MustCompile(`(?i)(?:key|secret|token|auth|credentials?|creds)[\w.-]{0,30}` + assign + value),
		},
		{
			name: "generic-password", keywords: []string{"passw", "passphrase", "pwd"}, entropy: 2.5, secret: password,
			pattern: regexp.MustCompile(`(?i)(?:passw(?:or)?d|passphrase|pwd)[\w.-]{0,30}` + assign + quote + `([^\s"'\x60]{8,120})` + quote),
		},
		{
			name: "service-key", keywords: services, entropy: 3.2, secret: random, value: 16,
			pattern: regexp.MustCompile(`(?i)(?:` + alternatives(services) + `)[\w.-]{0,30}` + assign + value),
		},
		{
			name: "environment-variable", keywords: []string{"key", "secret", "token", "passw"}, entropy: 3.2, secret: random, value: 16,
			pattern: regexp.MustCompile(`(?im)^[ \t]*(?:export[ \t]+|set[ \t]+)?[\w.-]*(?:api_?key|access_?key|secret|token|passw(?:or)?d)[\w.-]*[ \t]*[=:][ \t]*([A-Za-z0-9+/_.=~-]{16,200})[ \t\r]*$`),
		},
	}
}

// services give keys without a form of their own; a random text that is assigned to their name is one.
var services = []string{
	"algolia", "asana", "bitbucket", "bittrex", "codecov", "coinbase", "confluent", "contentful", "datadog", "dropbox", "etsy", "facebook", "fastly",
	"finnhub", "flickr", "gocardless", "heroku", "hubspot", "intercom", "kraken", "kucoin", "launchdarkly", "linkedin", "mailgun", "mattermost",
	"messagebird", "netlify", "nytimes", "okta", "paypal", "plaid", "rapidapi", "sendbird", "snyk", "sumologic", "travis", "twitch", "twitter", "zendesk",
}

func alternatives(words []string) string {
	s := words[0]
	for _, w := range words[1:] {
		s += "|" + w
	}
	return s
}

// names are files that hold keys whatever is in them.
var names = sync.OnceValue(func() []rule {
	return []rule{
		{name: "pkcs12-file", pattern: regexp.MustCompile(`(?i)\.(?:p12|pfx)$`)},
		{name: "ssh-key-file", pattern: regexp.MustCompile(`(?:^|/)id_(?:rsa|dsa|ecdsa|ed25519)$`)},
		{name: "keystore-file", pattern: regexp.MustCompile(`(?i)\.(?:jks|keystore|kdbx)$`)},
	}
})
