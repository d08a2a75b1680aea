using System.Text.Json;

namespace OrleansRegistry.Model;

/// <summary>
/// Reads one card as far as it can be read. What makes a card unusable is thrown; what merely departs from A2A is a warning.
/// </summary>
internal sealed class AgentCardReader(JsonElement card)
{
    private const int MaxWarnings = 100;

    private readonly List<CardWarning> warnings = [];
    private readonly OrderedSet tags = new();
    private readonly OrderedSet capabilities = new();
    private readonly List<AgentSkill> skills = [];
    private readonly List<DeclaredExtension> extensions = [];
    private readonly OrderedSet extensionUris = new();

    public AgentCard Read()
    {
        if (card.ValueKind != JsonValueKind.Object)
        {
            throw RegistryException.Invalid("agent_card", $"must be one JSON object, and is {JsonInput.Describe(card)}");
        }

        var name = ReadName();
        var description = Text(card, "", "description");
        ReadSkills();
        ReadTags(card, "", required: false);
        var categories = new OrderedSet();
        ReadStrings(card, "category", "category", categories);
        ReadStrings(card, "categories", "categories", categories);
        ReadCapabilities();
        if (TryGet(card, "extensions", out var top))
        {
            ReadExtensions(top, "extensions");
        }

        var organization = ReadProvider();
        new AgentCardRules(card, Warn).Check();
        return new AgentCard
        {
            Name = name,
            Description = description,
            ProviderOrganization = organization,
            Skills = skills,
            Tags = tags.ToArray(),
            Categories = categories.ToArray(),
            Capabilities = capabilities.ToArray(),
            Extensions = extensions,
            Warnings = warnings,
        };
    }

    /// <summary>The member in camelCase or, where the card has none, in snake_case. An explicit null counts as absent.</summary>
    internal static bool TryGet(JsonElement element, string name, out JsonElement value)
    {
        var found = element.TryGetProperty(name, out value) || (ToSnakeCase(name) is { } snake && element.TryGetProperty(snake, out value));
        return found && value.ValueKind != JsonValueKind.Null;
    }

    internal static string ToCamelCase(string name)
    {
        if (!name.Contains('_'))
        {
            return name;
        }

        var parts = name.Split('_', StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(parts.Select((part, i) => i == 0 ? part : char.ToUpperInvariant(part[0]) + part[1..]));
    }

    private static string? ToSnakeCase(string name) => name switch
    {
        "protocolVersion" => "protocol_version",
        "protocolBinding" => "protocol_binding",
        "preferredTransport" => "preferred_transport",
        "supportedInterfaces" => "supported_interfaces",
        "defaultInputModes" => "default_input_modes",
        "defaultOutputModes" => "default_output_modes",
        _ => null,
    };

    private string ReadName()
    {
        if (!card.TryGetProperty("name", out var name))
        {
            throw RegistryException.Invalid("name", "is missing: an agent card needs a non-empty name");
        }

        if (name.ValueKind != JsonValueKind.String)
        {
            throw RegistryException.Invalid("name", $"must be a string, and is {JsonInput.Describe(name)}");
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
            var path = $"skills[{index++}]";
            if (skill.ValueKind == JsonValueKind.String)
            {
                var id = skill.GetString();
                Warn(path, "is a string, read as the skill's id: A2A has an object here");
                skills.Add(new AgentSkill(id, id, null));
                continue;
            }

            Demand(skill, JsonValueKind.Object, path, "an object");
            skills.Add(new AgentSkill(
                Required(skill, path, "id"),
                Required(skill, path, "name"),
                Required(skill, path, "description")));
            ReadTags(skill, path + ".", required: true);
        }
    }

    private void ReadTags(JsonElement owner, string prefix, bool required)
    {
        if (!ReadStrings(owner, "tags", prefix + "tags", tags) && required)
        {
            Warn(prefix + "tags", "is missing");
        }
    }

    /// <summary>An array of strings, or one string in its place.</summary>
    private bool ReadStrings(JsonElement owner, string name, string path, OrderedSet into)
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
            Demand(item, JsonValueKind.String, $"{path}[{index++}]", "a string");
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
                        ReadExtensions(member.Value, "capabilities.extensions");
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
                    AddListedCapability(item, $"capabilities[{index++}]");
                }

                break;
            default:
                throw RegistryException.Invalid("capabilities", $"must be an object, and is {JsonInput.Describe(value)}");
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

    private void AddListedCapability(JsonElement item, string path)
    {
        Demand(item, item.ValueKind == JsonValueKind.String ? JsonValueKind.String : JsonValueKind.Object, path, "a string or an object");
        if (item.ValueKind == JsonValueKind.String)
        {
            capabilities.Add(ToCamelCase(item.GetString()!));
        }
        else if ((Text(item, path + ".", "name") ?? Text(item, path + ".", "id")) is { } name)
        {
            capabilities.Add(ToCamelCase(name));
        }
        else
        {
            Warn(path, "has no name and no id, and is not read");
        }
    }

    private void ReadExtensions(JsonElement list, string path)
    {
        switch (list.ValueKind)
        {
            case JsonValueKind.Null:
                return;
            case JsonValueKind.Object:
                Warn(path, "is an object, and not read: A2A has an array under capabilities");
                return;
            default:
                Demand(list, JsonValueKind.Array, path, "an array");
                break;
        }

        if (path == "extensions")
        {
            Warn(path, "stands at the top: A2A has it under capabilities");
        }

        var index = 0;
        foreach (var item in list.EnumerateArray())
        {
            var at = $"{path}[{index++}]";
            if (ReadExtension(item, at) is { } extension && extensionUris.Add(extension.Uri))
            {
                extensions.Add(extension);
            }
        }
    }

    private DeclaredExtension? ReadExtension(JsonElement item, string path)
    {
        if (item.ValueKind == JsonValueKind.String)
        {
            var text = item.GetString()!;
            Warn(path, text.Length == 0 ? "is empty, so the extension is not listed" : "is a string, read as the extension's uri");
            return text.Length == 0 ? null : new DeclaredExtension(text, null, false, default);
        }

        Demand(item, JsonValueKind.Object, path, "an object");
        if (Text(item, path + ".", "uri") is not { Length: > 0 } uri)
        {
            Warn(path + ".uri", "is missing, so the extension is not listed");
            return null;
        }

        var hasParams = TryGet(item, "params", out var parameters);
        return new DeclaredExtension(
            uri,
            Text(item, path + ".", "description"),
            item.TryGetProperty("required", out var required) && required.ValueKind == JsonValueKind.True,
            hasParams ? JsonInput.Copy(parameters) : default);
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
        var organization = Text(provider, "provider.", "organization");
        if (organization is not null)
        {
            return organization;
        }

        Warn("provider.organization", "is missing");
        return Text(provider, "provider.", "name");
    }

    private string? Required(JsonElement owner, string path, string name)
    {
        var text = Text(owner, path + ".", name);
        if (string.IsNullOrEmpty(text))
        {
            Warn($"{path}.{name}", text is null ? "is missing" : "is empty");
        }

        return text;
    }

    private static string? Text(JsonElement owner, string prefix, string name)
    {
        if (!TryGet(owner, name, out var value))
        {
            return null;
        }

        Demand(value, JsonValueKind.String, prefix + name, "a string");
        return value.GetString();
    }

    private static void Demand(JsonElement value, JsonValueKind kind, string path, string what)
    {
        if (value.ValueKind != kind)
        {
            throw RegistryException.Invalid(path, $"must be {what}, and is {JsonInput.Describe(value)}");
        }
    }

    private void Warn(string field, string message)
    {
        if (warnings.Count < MaxWarnings)
        {
            warnings.Add(new CardWarning(field, message));
        }
    }

    /// <summary>Strings in order of appearance, each once and none empty.</summary>
    private sealed class OrderedSet
    {
        // Most cards hold few, and looking through those is quicker than hashing; one that holds many must not cost its square.
        private const int Few = 16;

        private readonly List<string> items = [];
        private HashSet<string>? hashed;

        /// <summary>False where it is in already, or empty.</summary>
        public bool Add(string item)
        {
            if (item.Length == 0 || (hashed is null ? items.Contains(item) : !hashed.Add(item)))
            {
                return false;
            }

            items.Add(item);
            if (hashed is null && items.Count > Few)
            {
                hashed = new HashSet<string>(items, StringComparer.Ordinal);
            }

            return true;
        }

        public string[] ToArray() => items.ToArray();
    }
}
