using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Trust.Records;
using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Tests.Trust.Signatures;

/// <summary>Signatures of cards, and all that can be wrong with them.</summary>
public sealed class CardVerifierTests : IDisposable
{
    private const string Card = """{"description":"Tells the weather","name":"weather"}""";

    private readonly FakeTimeProvider time = new();
    private readonly TestIssuer issuer = new();
    private readonly CardKeySource source;
    private readonly CardIssuers issuers;
    private readonly CardVerifier verifier;

    public CardVerifierTests()
    {
        var options = new SignatureOptions { Issuers = [TestIssuer.Url], Backchannel = issuer };
        source = new CardKeySource(options, new OrleansRegistry.Agents.Sources.CardFetchOptions());
        var records = new TrustRecords(new StoreProbe(TestStores.InMemory()), new UnreadableRecords(NullLogger<UnreadableRecords>.Instance),
            NullLogger<TrustRecords>.Instance);
        issuers = new CardIssuers(options, source, records, time, NullLogger<CardIssuers>.Instance);
        verifier = new CardVerifier(issuers, time);
    }

    public void Dispose() => source.Dispose();

    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    [InlineData("EdDSA")]
    public async Task One_by_a_trusted_issuer_is_valid_until_a_byte_changes(string algorithm)
    {
        var signed = issuer.Sign(Card, Card, algorithm);
        var found = (await VerifyAsync(signed))!;
        Assert.Equal((SignatureVerdict.Valid, TestIssuer.Url, time.GetUtcNow()), (found.Verdict, found.Issuer, found.CheckedAt));
        var check = Assert.Single(found.Checks);
        Assert.Equal((algorithm, algorithm, SignedForm.AsWritten, null), (check.KeyId, check.Algorithm, check.Form, check.Reason));

        // Spaces and the order of members are nothing that is signed.
        Assert.Equal(SignatureVerdict.Valid, (await VerifyAsync(signed.Replace(":", " : ", StringComparison.Ordinal)))!.Verdict);
        await IsAsync(SignatureVerdict.Invalid, "does not fit", signed.Replace("weather\"", "weathes\"", StringComparison.Ordinal));
        await IsAsync(SignatureVerdict.Invalid, "does not fit", signed.Replace("\"name\"", "\"more\":\"\",\"name\"", StringComparison.Ordinal));
        var signature = (string)JsonNode.Parse(signed)!["signatures"]![0]!["signature"]!;
        var other = (signature[10] == 'A' ? 'B' : 'A') + signature[11..];
        await IsAsync(SignatureVerdict.Invalid, "does not fit", signed.Replace(signature, signature[..10] + other, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"capabilities":{"streaming":false},"name":"a","skills":[]}""", SignedForm.DefaultsOmitted)]
    [InlineData("""{"name":"a"}""", SignedForm.AllDefaultsOmitted)]
    [InlineData("""{"capabilities":{"streaming":false},"name":"a"}""", SignedForm.EmptyOmitted)]
    public async Task It_is_told_which_form_of_the_card_was_signed(string payload, SignedForm form)
    {
        var card = """{"name":"a","securitySchemes":{},"skills":[],"capabilities":{"streaming":false}}""";
        Assert.Equal(form, Assert.Single((await VerifyAsync(issuer.Sign(card, payload)))!.Checks).Form);
    }

    [Fact]
    public async Task A_jku_says_who_may_have_signed_and_makes_nobody_trusted()
    {
        var below = issuer.Sign(Card, Card, header: header => header["jku"] = TestIssuer.Url + "/keys/of/cards.json");
        Assert.Equal(SignatureVerdict.Valid, (await VerifyAsync(below))!.Verdict);
        foreach (var elsewhere in (string[])["https://issuer.example.evil/jwks", "http://issuer.example/jwks", "https://issuer.example:444/j",
            "https://issuer.example@evil.example/", "https://evil.example/https://issuer.example/"])
        {
            await IsAsync(SignatureVerdict.Unknown, "jku is not below", issuer.Sign(Card, Card, header: header => header["jku"] = elsewhere));
        }

        await IsAsync(SignatureVerdict.Invalid, "jku", issuer.Sign(Card, Card, header: header => header["jku"] = "jwks.json"));
        await IsAsync(SignatureVerdict.Invalid, "jku", issuer.Sign(Card, Card, header: header => header["jku"] = 1));
    }

    [Fact]
    public async Task The_algorithm_is_the_keys_and_not_what_the_header_says()
    {
        await IsAsync(SignatureVerdict.Invalid, "not made by", issuer.Sign(Card, Card, "none", with: "ES256"));
        await IsAsync(SignatureVerdict.Invalid, "not made by", issuer.Sign(Card, Card, "nOnE", with: "ES256"));
        await IsAsync(SignatureVerdict.Invalid, "not made by", issuer.Sign(Card, Card, "HS256", header => header["kid"] = "RS256"));
        await IsAsync(SignatureVerdict.Unknown, "not made by", issuer.Sign(Card, Card, "ES512", with: "ES256"));
        await IsAsync(SignatureVerdict.Invalid, "another algorithm", issuer.Sign(Card, Card, "RS256", header => header["kid"] = "ES256"));
        await IsAsync(SignatureVerdict.Invalid, "does not fit", issuer.Sign(Card, Card, "ES256", with: "EdDSA"));
    }

    [Theory]
    [InlineData("""{"alg":"ES256","kid":"ES256","crit":["exp"],"exp":1}""", "crit")]
    [InlineData("""{"alg":"ES256","kid":"ES256","crit":[]}""", "crit")]
    [InlineData("""{"alg":"ES256","kid":"ES256","b64":false}""", "b64")]
    [InlineData("""{"alg":"ES256","kid":"ES256","alg":"ES256"}""", "twice")]
    [InlineData("""{"alg":"ES256","kid":"ES256","x":[[[[[[[[[[]]]]]]]]]]}""", "too deep")]
    [InlineData("""{"alg":"ES256"}""", "alg or kid")]
    [InlineData("""{"kid":"ES256"}""", "alg or kid")]
    [InlineData("""{"alg":1,"kid":"ES256"}""", "alg or kid")]
    [InlineData("""["ES256"]""", "not an object")]
    [InlineData("ES256", "not JSON")]
    public async Task A_header_that_may_mean_something_else_is_invalid(string header, string reason)
    {
        var signature = new JsonObject { ["protected"] = TestIssuer.Encode(Encoding.UTF8.GetBytes(header)) };
        await IsAsync(SignatureVerdict.Invalid, reason, issuer.Add(Card, signature, Card));
    }

    [Fact]
    public async Task What_is_not_well_formed_is_invalid()
    {
        var good = JsonNode.Parse(issuer.Sign(Card, Card))!["signatures"]![0]!.AsObject();
        var text = (string)good["protected"]!;
        await WithAsync("protected", text + "=", "base64url");
        await WithAsync("protected", text + "\n", "base64url");
        await WithAsync("protected", "", "base64url");
        await WithAsync("protected", 1, "base64url");
        await WithAsync("protected", HeaderOf(new string('a', 5000)), "base64url");
        await WithAsync("protected", HeaderOf(new string('a', 300)), "alg or kid");
        await WithAsync("signature", (string)good["signature"]! + "AA==", "base64url");
        await WithAsync("signature", null, "base64url");
        await WithAsync("signature", "AAAA", "does not fit");
        await WithAsync("header", "text", "header is not an object");
        await WithAsync("header", new JsonObject { ["kid"] = "other" }, "unprotected");
        await WithAsync("header", new JsonObject { ["crit"] = new JsonArray("x") }, "unprotected");

        // The last character has bits to spare, which are zero where it is well made.
        var last = (string)good["signature"]!;
        var spare = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        await WithAsync("signature", last[..^1] + spare[spare.IndexOf(last[^1], StringComparison.Ordinal) + 1], "base64url");
        await IsAsync(SignatureVerdict.Invalid, "not a list", """{"name":"a","signatures":{}}""");
        await IsAsync(SignatureVerdict.Invalid, "not an object", """{"name":"a","signatures":["x"]}""");
        Assert.Null(await VerifyAsync("""{"name":"a","signatures":[]}"""));
        Assert.Null(await VerifyAsync("""{"name":"a","signatures":null}"""));
        Assert.Null(await VerifyAsync("""{"name":"a","skills":[{"id":"\"signatures\""}]}"""));

        static string HeaderOf(string key) => TestIssuer.Encode(Encoding.UTF8.GetBytes($$"""{"alg":"ES256","kid":"{{key}}"}"""));

        async Task WithAsync(string member, JsonNode? value, string reason)
        {
            var signature = good.DeepClone().AsObject();
            signature[member] = value;
            var card = JsonNode.Parse(Card)!.AsObject();
            card["signatures"] = new JsonArray(signature);
            await IsAsync(SignatureVerdict.Invalid, reason, card.ToJsonString());
        }
    }

    [Fact]
    public async Task One_good_signature_of_several_is_enough_and_each_has_its_verdict()
    {
        var card = issuer.Sign(Card, Card, "ES256", with: "EdDSA");
        card = issuer.Sign(issuer.Sign(card, Card, header: header => header["kid"] = "gone"), Card, "RS256");
        var found = (await VerifyAsync(card))!;
        Assert.Equal(SignatureVerdict.Valid, found.Verdict);
        SignatureVerdict[] each = [SignatureVerdict.Invalid, SignatureVerdict.Unknown, SignatureVerdict.Valid];
        Assert.Equal(each, found.Checks.Select(check => check.Verdict));
        for (var i = 0; i < AgentSignature.MostChecks; i++)
        {
            card = issuer.Sign(card, Card);
        }

        Assert.Equal(AgentSignature.MostChecks, (await VerifyAsync(card))!.Checks.Count);
    }

    [Fact]
    public async Task Keys_are_read_anew_where_one_is_not_known_though_not_for_each_card()
    {
        issuer.Publish("RS256");
        var card = issuer.Sign(Card, Card, "ES256");
        await IsAsync(SignatureVerdict.Unknown, "has its key", card);
        var generation = issuers.Generation;
        issuer.Publish("ES256");
        await IsAsync(SignatureVerdict.Unknown, "has its key", card);
        Assert.Equal(1, issuer.Asked);
        time.Advance(IssuerKeys.Pause);
        Assert.Equal(SignatureVerdict.Valid, (await VerifyAsync(card))!.Verdict);
        Assert.Equal((2, generation + 1), (issuer.Asked, issuers.Generation));

        // One that is withdrawn counts until the keys are read again.
        issuer.Publish();
        time.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(1));
        await issuers.RefreshAsync();
        Assert.Equal(SignatureVerdict.Valid, (await VerifyAsync(card))!.Verdict);
        time.Advance(TimeSpan.FromSeconds(1));
        await issuers.RefreshAsync();
        await IsAsync(SignatureVerdict.Unknown, "has its key", card);
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError, null)]
    [InlineData(HttpStatusCode.Found, null)]
    [InlineData(HttpStatusCode.OK, "<html>")]
    public async Task An_issuer_that_is_down_leaves_what_was_read_and_what_was_not_is_unknown(HttpStatusCode status, string? answer)
    {
        var card = issuer.Sign(Card, Card);
        (issuer.Status, issuer.Answer) = (status, answer);
        var found = (await VerifyAsync(card))!;
        Assert.Equal((SignatureVerdict.Unknown, true), (found.Verdict, found.AwaitsKeys));
        (issuer.Status, issuer.Answer) = (HttpStatusCode.OK, null);
        time.Advance(IssuerKeys.Pause);
        Assert.Equal(SignatureVerdict.Valid, (await VerifyAsync(card))!.Verdict);
        (issuer.Status, issuer.Answer) = (status, answer);
        time.Advance(TimeSpan.FromDays(1));
        await issuers.RefreshAsync();
        Assert.Equal(SignatureVerdict.Valid, (await VerifyAsync(card))!.Verdict);
    }

    [Fact]
    public async Task An_issuer_that_is_down_is_asked_less_and_less_until_it_answers()
    {
        issuer.Status = HttpStatusCode.InternalServerError;
        var times = new List<int>();
        for (var second = 0; second < 1_000; second += 5)
        {
            var asked = issuer.Asked;
            await issuers.RefreshAsync();
            if (issuer.Asked > asked)
            {
                times.Add(second);
            }

            time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal([0, 30, 90, 210, 450, 750], times);

        // A card that names a key waits for a minute at most, and an answer ends it all.
        var card = issuer.Sign(Card, Card);
        time.Advance(TimeSpan.FromMinutes(1));
        issuer.Status = HttpStatusCode.OK;
        Assert.Equal(SignatureVerdict.Valid, (await VerifyAsync(card))!.Verdict);
        issuer.Publish();
        time.Advance(TimeSpan.FromMinutes(15));
        await issuers.RefreshAsync();
        Assert.Equal(SignatureVerdict.Unknown, (await VerifyAsync(card))!.Verdict);
    }

    [Fact]
    public async Task What_an_issuer_answers_stops_no_check_and_tells_only_where_keys_are_others()
    {
        issuer.Charset = "no-such-charset";
        var card = issuer.Sign(Card, Card);
        Assert.Equal(SignatureVerdict.Valid, (await VerifyAsync(card))!.Verdict);
        Assert.Null(issuers.TakeChanged());
        issuer.Answer = issuer.KeySet.Replace("{", " {", StringComparison.Ordinal);
        time.Advance(TimeSpan.FromDays(1));
        await issuers.RefreshAsync();
        Assert.Empty(issuers.TakeChanged()!);
        Assert.Equal(2, issuer.Asked);

        issuer.Fault = new InvalidOperationException("something that nobody thought of");
        time.Advance(TimeSpan.FromDays(1));
        await issuers.RefreshAsync();
        Assert.Equal((3, SignatureVerdict.Valid), (issuer.Asked, (await VerifyAsync(card))!.Verdict));
    }

    [Fact]
    public async Task Keys_of_one_id_are_tried_up_to_so_many()
    {
        var card = issuer.Sign(Card, Card, header: header => header["kid"] = "many");
        issuer.Answer = KeysBefore(CardKeySet.MostOfOneId - 1);
        Assert.Equal(SignatureVerdict.Valid, (await VerifyAsync(card))!.Verdict);
        issuer.Answer = KeysBefore(CardKeySet.MostOfOneId);
        time.Advance(TimeSpan.FromDays(1));
        await issuers.RefreshAsync();
        Assert.Equal(SignatureVerdict.Invalid, (await VerifyAsync(card))!.Verdict);
    }

    [Fact]
    public async Task A_name_in_escapes_is_seen()
    {
        var card = issuer.Sign(Card, Card).Replace("signatures", "signature\\u0073", StringComparison.Ordinal);
        Assert.Equal(SignatureVerdict.Valid, (await VerifyAsync(card))!.Verdict);
        Assert.False(CardVerifier.IsSigned(RawJson.FromValid("""{"name":"\u00e9","more":{"signature\u0073":[]}}"""u8.ToArray())));
    }

    [Fact]
    public async Task A_number_that_cannot_be_signed_is_told()
    {
        var signed = issuer.Sign(Card, Card).Replace("\"name\"", "\"rank\":1e999,\"name\"", StringComparison.Ordinal);
        await IsAsync(SignatureVerdict.Invalid, "number", signed);
    }

    /// <summary>So many other keys, and then the one that signs, all with one id.</summary>
    private static string KeysBefore(int others)
    {
        var keys = new JsonArray();
        for (var i = 0; i <= others; i++)
        {
            var key = TestIssuer.KeyOf(i < others ? "RS256" : "ES256");
            key["kid"] = "many";
            keys.Add(key);
        }

        return new JsonObject { ["keys"] = keys }.ToJsonString();
    }

    private ValueTask<AgentSignature?> VerifyAsync(string card) => verifier.VerifyAsync(
        "acme", RawJson.FromValid(Encoding.UTF8.GetBytes(card)), TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    private async Task IsAsync(SignatureVerdict verdict, string reason, string card)
    {
        var check = Assert.Single((await VerifyAsync(card))!.Checks);
        Assert.Contains(reason, check.Reason, StringComparison.Ordinal);
        Assert.Equal((verdict, null), (check.Verdict, check.Form));
    }
}
