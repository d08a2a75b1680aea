using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using OrleansRegistry.Rest.Agents.Versions;
using OrleansRegistry.Rest.Liveness;
using OrleansRegistry.Rest.Trust;
using OrleansRegistry.Rest.Vectors;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Agents;

/// <summary>The shapes of bodies about agents.</summary>
internal static class AgentSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        IOpenApiSchema Ref(string name) => new OpenApiSchemaReference(name, document);
        var card = Ref("AgentCard");
        var record = Ref("Agent");
        var warnings = List(Ref("CardWarning"));
        yield return ("AgentCard", new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "An A2A agent card, of version 1.0 (supportedInterfaces) or 0.2/0.3 (url). Kept as it was sent; only a name is demanded.",
            Properties = new Dictionary<string, IOpenApiSchema> { ["name"] = Text("Not empty. The agent's id, unless another is given.") },
            Required = new HashSet<string> { "name" },
        });
        yield return ("AgentRegistration", Shape([
            ("agent_card", card), ("agent_id", Text("Null or absent: the card's name.")),
            ("enabled", Flag("Null or absent: true if new, else as it was.")),
            ("workers", List(Text("A subject that may claim the agent's tasks; "
                + "* is every subject of the tenant. None: the owner. Null or absent: as it was."))),
            ("delivery", Delivery("How messages get to the agent. Null or absent: as it was; of a new agent, by its card: "
                + "listed where that names a URL, else worker.")),
            ("credentials", Headers("Null or absent: as it was.")),
            ("card_url", Text("In place of agent_card: an http or https URL that leads to the card, or below which it is at "
                + "/.well-known/agent-card.json or agent.json. For the owner of an agent that there is; not in a batch.")),
            ("refresh_seconds", Integer("With card_url: how often the card is fetched anew, 60 to 2,592,000 (30 days). Null or absent: never by "
                + "itself.")),
            ("lifecycle", LifeCycle("Null or absent: active if new, else as it was. Only a new agent can be a draft, a draft is not deprecated.")),
            ("deprecation_message", Text("Of an agent that is deprecated or retired, up to 1,000 characters. Null or absent: as it was.")),
            ("successor", Text("Of such an agent: the id of the one to use in its place. Null or absent: as it was.")),
            ("compatibility", AgentVersionSchemas.Policy("Null or absent: as it was; of a new agent, none.")),
            ("force", Flag("By the owner alone: take the card whatever the agent's policy says.")),
            ("ttl", Integer("Gives the agent a lease: after how many seconds without a heartbeat it expires, 5 to 86,400 (a day). For its owner. "
                + "Null or absent: as it was; none if new.")),
            ("ephemeral", Flag("Whether it is removed when it expires; without ttl, after the registry's usual time. For its owner. Null or absent: "
                + "as it was; not if new.")),
            ("probe_seconds", Integer("How often the registry looks at the card that the agent publishes: from the least that its settings allow, "
                + "60, to 2,592,000 (30 days); 0: never. For its owner. Null or absent: as it was; if new, as often as the registry does by "
                + "itself.")),
            ("probe_url", Text("Where it looks, as card_url. For its owner. Null or absent: as it was; if new, where the card was fetched, or "
                + "/.well-known/agent-card.json at the host that it names.")),
            .. SharingSchemas.Said("Null or absent: as it was.")]));
        yield return ("AgentPatch", Shape([("agent_card", Any("A merge patch of the card.")), ("enabled", Flag("")),
            ("workers", List(Text("In place of those before; none: the owner alone."))),
            ("delivery", Delivery("Null: by the card again.")), ("credentials", Headers("Null: none any more.")),
            ("lifecycle", LifeCycle("Any may become active, deprecated or retired, but a draft not deprecated, and none a draft (409).")),
            ("deprecation_message", Text("Null: none any more.")), ("successor", Text("Null: none any more.")),
            ("compatibility", AgentVersionSchemas.Policy("")), ("force", Flag("By the owner alone: take the card whatever the policy says.")),
            ("ttl", Integer("In seconds; null: it has no lease any more.")), ("ephemeral", Flag("")),
            ("probe_seconds", Integer("Null: as often as the registry does by itself.")), ("probe_url", Text("Null: by the card.")),
            .. SharingSchemas.Said("")]));
        yield return ("CardWarning", Shape(("field", Text("A path within the card.")), ("message", Text(""))));
        yield return ("AgentWritten", Shape(
            ("success", Flag("")), ("agent_id", Text("")), ("message", Text("")),
            ("extensions_processed", Integer("How many extensions the card declares.")),
            ("delivery", Delivery("How messages get to the agent now.")),
            ("created", Flag("There was no such agent before.")), ("revision", Integer("The registry revision of the write.")),
            ("warnings", warnings), ("agent", Ref("Agent")),
            ("review", Ref("Review")),
            ("verdict", Text("Of a card that took another's place: compatible or incompatible with it.")), ("breaks", List(Ref("CardBreak")))));
        yield return ("AgentRefreshed", Shape(
            ("success", Flag("")), ("agent_id", Text("")), ("changed", Flag("The card is another one now.")), ("revision", Integer("The agent's.")),
            ("review", Ref("Review")), ("warnings", warnings), ("agent", Ref("Agent"))));
        yield return ("AgentState", Shape(("success", Flag("")), ("agent_id", Text("")), ("enabled", Flag("")), ("revision", Integer(""))));
        yield return ("AgentRemoved", Shape(
            ("success", Flag("")), ("message", Text("")), ("extensions_cleaned", Flag("Always true.")),
            ("extensions_removed", Integer("How many extensions nobody declares any more.")), ("revision", Integer(""))));
        yield return ("Agent", Shape([
            ("agent_card", card),
            ("credentials_for", List(Text("An origin to which the registry sends the agent's credentials; absent: it has none."))),
            ("source_url", Text("Where the registry fetched the card; absent: it was sent.")),
            ("fetched_at", Time()), ("refresh_seconds", Integer("How often the card is fetched anew; absent: when its owner asks for it.")),
            ("fetch_failure", Shape(
                ("reason", Text("Why the last fetch brought no card; absent: it did.")), ("at", Time()),
                ("attempts", Integer("How many fetches in a row brought none.")))),
            ("health", LeaseSchemas.Health("As last written, the best of its own and its instances'; absent: none of them has a lease.")),
            ("lease", Ref("StoredLease")), ("instances", List(Ref("AgentInstance"))),
            ("probe", Ref("StoredProbe")), ("signature", Ref("CardSignature")), ("vectors", Ref("AgentVectorInfo")),
            ("domain_verified", Flag("Its owner has proved the domains of all URLs of its card. Absent: not, or the card has none.")),
            ("trust_level", Text("How far the tenant trusts it. Absent: TRUST_LEVEL_UNVERIFIED.")),
            ("agent_id", Text("")), ("enabled", Flag("")), ("revision", Integer("")), ("created_at", Time()),
            ("updated_at", Time()),
            ("delivery", Delivery("listed: clients go to its own URL; worker: its tasks wait here for its workers; forward: the registry passes "
                + "messages on to its URL.")),
            ("owner", Text("Who registered it first, and alone removes it, names its workers and sets its delivery.")),
            ("workers", List(Text("Who may claim its tasks; absent: the owner alone."))),
            ("lifecycle", LifeCycle("Deprecated: it serves, but not for long. Draft or retired: it takes no new tasks from clients.")),
            ("version_number", Integer("The number of its card among those that it has had, from 1.")),
            ("card_written_at", Time("Of a card that is not the first: when the agent got it.")),
            ("card_written_by", Text("And from whom; absent: not known.")), ("labels", AgentVersionSchemas.Labels()),
            ("compatibility", AgentVersionSchemas.Policy("Absent: none.")),
            ("deprecation_message", Text("Why it is deprecated or retired; absent: nothing was said.")),
            ("successor", Text("The id of the agent to use in its place; absent: none was named.")),
            ("activity", Ref("AgentActivity")), .. SharingSchemas.Told]));
        yield return ("AgentMatch", Shape(
            ("agent_id", Text("")), ("score", Score()),
            ("text_score", Number("What the words of the query in its card are worth; absent: nothing, or they do not count.")),
            ("meaning_score", Number("How near it is to what the query means, 0 to 1; absent: that does not count, or is not known.")),
            ("meaning_field", Text("What of its card is nearest to that: description, skills[2], or skills[2]..[4].")),
            ("highlights", List(Shape(
                ("field", Text("A path within the card.")), ("text", Text("A part of it.")),
                ("ranges", List(List(Integer("Start and length of a word of the query in the text, in UTF-16 code units.")))))))));
        yield return ("AgentList", Shape(("agents", List(OneOf(card, record))), ("count", Integer("How many are here.")),
            ("next_page_token", Token()), ("matches", List(Ref("AgentMatch"))), ("search", Ref("AgentSearchInfo"))));
        yield return ("AgentSearchInfo", Shape(
            ("mode", Text($"What the agents were ranked by: {AgentSearchModes.AllNames}.")),
            ("fallback", Text("Why by words alone, where meaning was to count; absent: it was not so.")),
            ("waiting", Integer("How many agents are not found by their meaning yet, or by that of an older card."))));
        yield return ("AgentFilters", Shape([.. Filters()]));
        yield return ("AgentSearch", Shape([
            ("query", Text("A substring of the name, the description or a skill's id, whatever its case; may be empty, and absent with q.")),
            ("q", Text("Words to rank by, as of GET /agents.")), ("search", Text($"What q is ranked by: {AgentSearchModes.AllNames}.")),
            ("vector", AgentVectorSchemas.Numbers("Ranks agents by their vectors of its model, in place of what q means: alone as search=vector, "
                + "with q as search=hybrid, unless search says otherwise.")),
            ("model", Text("What made the vector; absent: the model that the registry embeds with.")),
            ("threshold", Number("With search=vector, how near a vector of an agent must be to count: a cosine from -1 to 1, 0.5 unless given.")),
            .. Filters(), ("all", Ref("AgentFilters")), ("not", Ref("AgentFilters")),
            ("sort", Text("As of GET /agents.")), ("page_size", Integer("1 to 1,000.")), ("page_token", Text("")),
            ("view", Text("card or record."))]));
        yield return ("AgentSearchResult", Shape(
            ("agents", List(OneOf(card, record))), ("count", Integer("")), ("query", Text("")), ("next_page_token", Token()),
            ("matches", List(Ref("AgentMatch"))), ("search", Ref("AgentSearchInfo"))));
        yield return ("AgentBatch", Shape(("agents", List(OneOf(Ref("AgentRegistration"), card)))));
        yield return ("AgentBatchResult", Shape(
            ("success", Integer("")), ("failed", Integer("")), ("errors", List(Text(""))),
            ("results", List(Shape(
                ("index", Integer("")), ("success", Flag("")), ("agent_id", Text("")), ("created", Flag("")), ("revision", Integer("")),
                ("review", Ref("Review")), ("warnings", warnings), ("agent", record),
                ("status", Integer("Of a refused entry: the HTTP status that it alone would have got.")), ("code", Text("")), ("field", Text("")),
                ("error", Text("")))))));
        yield return ("Stats", Shape(
            ("total", Integer("")), ("enabled", Integer("")), ("disabled", Integer("")), ("tags", Integer("")), ("categories", Integer("")),
            ("skills", Integer("")), ("extensions", Integer("")), ("healthy", Integer("Of the agents with a lease.")), ("unhealthy", Integer("")),
            ("expired", Integer("")), ("embedding_lag", Integer("How many agents wait to be embedded: searches by meaning do not find them yet.")),
            ("revision", Integer(""))));
        yield return ("Tags", Shape(("tags", List(Shape(("tag", Text("")), ("count", Integer(""))))), ("count", Integer(""))));
        yield return ("Categories", Shape(("categories", List(Shape(("category", Text("")), ("count", Integer(""))))), ("count", Integer(""))));
    }

    /// <summary>A string or several: agents with at least one of them, within all with all, within not with none.</summary>
    private static IEnumerable<(string Name, IOpenApiSchema Schema)> Filters() => AgentField.All.Select(field => (
        field.Plural ?? field.Name,
        (IOpenApiSchema)Filter(field)));

    private static OpenApiSchema Filter(AgentField field)
    {
        if (AgentFilterMembers.IsFlag(field))
        {
            return Flag(field.Description);
        }

        return field.Plural is null ? OneOf(Text(field.Description), List(Text(""))) : List(Text(field.Description));
    }

    private static OpenApiSchema Number(string description) => new() { Type = JsonSchemaType.Number, Description = description };

    private static OpenApiSchema Score() => new()
    {
        Type = JsonSchemaType.Number,
        Description = "The higher the better; 1 is about what an agent gets that has every word where it tells most.",
    };

    private static OpenApiSchema Headers(string absent) => new()
    {
        Type = JsonSchemaType.Object,
        Description = "Headers that the registry sends to the agent with what it forwards, by their names; only to the hosts that the card names "
            + $"now, and never told. {absent}",
        AdditionalProperties = Text(""),
        WriteOnly = true,
    };

    private static OpenApiSchema LifeCycle(string description)
    {
        var schema = Text(description);
        schema.Enum = [.. Enum.GetValues<AgentLifeCycle>().Select(lifeCycle => (JsonNode)lifeCycle.ToName())];
        return schema;
    }

    private static OpenApiSchema Delivery(string description)
    {
        var schema = Text(description);
        schema.Enum = [.. Enum.GetValues<AgentDelivery>().Select(delivery => (JsonNode)delivery.ToName())];
        return schema;
    }
}
