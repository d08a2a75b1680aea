using System.Text.Json;
using static OrleansRegistry.Directory.CardJson;

namespace OrleansRegistry.Directory;

/// <summary>
/// Reads one card as far as it can be read. What makes a card unusable is thrown; what merely departs from A2A is a warning.
/// </summary>
internal sealed class AgentCardReader
{
    private const int MaxWarnings = 100;

    private readonly List<CardWarning> warnings = [];
    private readonly OrderedSet tags = new();
    private readonly OrderedSet skillIds = new();
    private readonly OrderedSet capabilities = new();
    private readonly List<AgentSkill> skills = [];
    private readonly CardExtensionReader extensions;
    private readonly JsonElement card;

    public AgentCardReader(JsonElement card)
    {
        this.card = card;
        extensions = new CardExtensionReader(Warn);
    }

    public AgentCard Read()
    {
        if (card.ValueKind != JsonValueKind.Object)
        {
            throw RegistryException.Invalid("agent_card", $"must be one JSON object, not {JsonInput.Describe(card)}");
        }

        var name = ReadName();
        var description = Text(card, default, "description");
        ReadSkills();
        var skillTags = tags.ToArray();
        ReadTags(card, default, required: false);
        var categories = new OrderedSet();
        ReadStrings(card, "category", "category", categories);
        ReadStrings(card, "categories", "categories", categories);
        ReadCapabilities();
        if (TryGet(card, "extensions", out var top))
        {
            extensions.Read(top, "extensions");
        }

        var organization = ReadProvider();
        new AgentCardRules(card, Warn).Check();
        var ids = skillIds.ToArray();
        var allTags = tags.ToArray();
        CardInterface[] interfaces = [.. CardInterfaces.Of(card)];
        return new AgentCard
        {
            Name = name,
            Description = description,
            Providers = organization is null ? [] : [SharedText.Of(organization)],
            Skills = skills,
            SkillIds = ids,
            Tags = allTags,
            SkillTags = skillTags.Length == allTags.Length ? allTags : skillTags,
            Categories = categories.ToArray(),
            Capabilities = capabilities.ToArray(),
            Extensions = extensions.Found,
            Reach = CardInterfaces.ReachOf(interfaces),
            Hosts = CardInterfaces.HostsOf(interfaces),
            Traits = CardTraits.Of(card, interfaces),
            SearchText = SearchText.Of(name, description, ids),
            Warnings = warnings,
        };
    }

    private string ReadName()
    {
        if (!card.TryGetProperty("name", out var name))
        {
            throw RegistryException.Invalid("name", "is missing: an agent card needs a non-empty name");
        }

        if (name.ValueKind != JsonValueKind.String)
        {
            throw RegistryException.Invalid("name", $"must be a string, not {JsonInput.Describe(name)}");
        }

        var text = name.GetString()!;
        return string.IsNullOrWhiteSpace(text) ? throw RegistryException.Invalid("name", "must not be empty") : text;
    }

    private void ReadSkills()
    {
        if (!TryGet(card, "skills", out var list))
        {
            return;
        }

        Demand(list, JsonValueKind.Array, "skills", "an array");
        var index = 0;
        foreach (var skill in list.EnumerateArray())
        {
            var path = new CardPath("skills", index++);
            if (skill.ValueKind == JsonValueKind.String)
            {
                var id = skill.GetString();
                Warn(path, "is a string, read as the skill's id: A2A has an object here");
                AddSkill(new AgentSkill(id, id, null));
                continue;
            }

            Demand(skill, JsonValueKind.Object, path, "an object");
            AddSkill(new AgentSkill(
                Required(skill, path, "id"),
                Required(skill, path, "name"),
                Required(skill, path, "description"))
            {
                Examples = ReadExamples(skill),
            });
            ReadTags(skill, path, required: true);
        }
    }

    /// <summary>As far as they are texts; they are only searched in.</summary>
    private static IReadOnlyList<string> ReadExamples(JsonElement skill) =>
        TryGet(skill, "examples", out var examples) && examples.ValueKind == JsonValueKind.Array
            ? [.. examples.EnumerateArray().Where(example => example.ValueKind == JsonValueKind.String).Select(example => example.GetString()!)]
            : [];

    private void AddSkill(AgentSkill skill)
    {
        skills.Add(skill);
        if (skill.Id is { } id)
        {
            skillIds.Add(id);
        }
    }

    private void ReadTags(JsonElement owner, CardPath path, bool required)
    {
        if (!ReadStrings(owner, "tags", path.To("tags"), tags) && required)
        {
            Warn(path.To("tags"), "is missing");
        }
    }

    /// <summary>An array of strings, or one string in its place.</summary>
    private bool ReadStrings(JsonElement owner, string name, CardPath path, OrderedSet into)
    {
        if (!TryGet(owner, name, out var value))
        {
            return false;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            if (name != "category")
            {
                Warn(path, "is a string, read as an array of one");
            }

            into.Add(value.GetString()!);
            return true;
        }

        Demand(value, JsonValueKind.Array, path, "an array of strings");
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            Demand(item, JsonValueKind.String, path.At(index++), "a string");
            into.Add(item.GetString()!);
        }

        return true;
    }

    private void ReadCapabilities()
    {
        if (!TryGet(card, "capabilities", out var value))
        {
            return;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    if (member.NameEquals("extensions"))
                    {
                        extensions.Read(member.Value, "capabilities.extensions");
                    }
                    else
                    {
                        ReadCapability(member);
                    }
                }

                break;
            case JsonValueKind.Array:
                Warn("capabilities", "is an array, read as the names of capabilities: A2A has an object here");
                var index = 0;
                foreach (var item in value.EnumerateArray())
                {
                    AddListedCapability(item, new CardPath("capabilities", index++));
                }

                break;
            default:
                throw RegistryException.Invalid("capabilities", $"must be an object, not {JsonInput.Describe(value)}");
        }
    }

    private void ReadCapability(JsonProperty member)
    {
        switch (member.Value.ValueKind)
        {
            case JsonValueKind.True:
            case JsonValueKind.Object:
            case JsonValueKind.Array:
                capabilities.Add(ToCamelCase(member.Name));
                break;
            case JsonValueKind.False:
            case JsonValueKind.Null:
                break;
            default:
                Warn($"capabilities.{member.Name}", $"is {JsonInput.Describe(member.Value)}, and not read: A2A has booleans here");
                break;
        }
    }

    private void AddListedCapability(JsonElement item, CardPath path)
    {
        Demand(item, item.ValueKind == JsonValueKind.String ? JsonValueKind.String : JsonValueKind.Object, path, "a string or an object");
        if (item.ValueKind == JsonValueKind.String)
        {
            capabilities.Add(ToCamelCase(item.GetString()!));
        }
        else if ((Text(item, path, "name") ?? Text(item, path, "id")) is { } name)
        {
            capabilities.Add(ToCamelCase(name));
        }
        else
        {
            Warn(path, "has no name and no id, and is not read");
        }
    }

    private string? ReadProvider()
    {
        if (!TryGet(card, "provider", out var provider))
        {
            return null;
        }

        if (provider.ValueKind == JsonValueKind.String)
        {
            Warn("provider", "is a string, read as the organization: A2A has an object here");
            return provider.GetString();
        }

        Demand(provider, JsonValueKind.Object, "provider", "an object");
        var organization = Text(provider, "provider", "organization");
        if (organization is not null)
        {
            return organization;
        }

        Warn("provider.organization", "is missing");
        return Text(provider, "provider", "name");
    }

    private string? Required(JsonElement owner, CardPath path, string name)
    {
        var text = Text(owner, path, name);
        if (string.IsNullOrEmpty(text))
        {
            Warn(path.To(name), text is null ? "is missing" : "is empty");
        }

        return text;
    }

    private void Warn(CardPath field, string message)
    {
        if (warnings.Count < MaxWarnings)
        {
            warnings.Add(new CardWarning(field.ToString(), message));
        }
    }
}
