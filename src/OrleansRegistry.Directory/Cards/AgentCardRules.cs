using System.Text.Json;

namespace OrleansRegistry.Directory;

/// <summary>
/// What A2A requires of a card of its version, beyond what the registry needs to use it. Each breach is one warning.
/// </summary>
/// <remarks>Source: A2A 1.0 specification, AgentCard; A2A 0.3 specification, 5.5.</remarks>
internal sealed class AgentCardRules(JsonElement card, Action<CardPath, string> warn)
{
    private static readonly string[] Bindings = ["JSONRPC", "GRPC", "HTTP+JSON"];
    private static readonly string[] Texts = ["description", "version"];
    private static readonly string[] Values = ["capabilities", "skills", "defaultInputModes", "defaultOutputModes"];

    public void Check()
    {
        // 0.3 has the url at the top, and wants its arrays, but nothing in them.
        var hasInterfaces = CardJson.TryGet(card, "supportedInterfaces", out var interfaces);
        var isOlder = !hasInterfaces && CardJson.TryGet(card, "url", out _);
        foreach (var field in Texts)
        {
            DemandText(card, default, field);
        }

        foreach (var field in Values)
        {
            if (!CardJson.TryGet(card, field, out var value))
            {
                warn(field, "is missing");
            }
            else if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0 && field != "capabilities" && !isOlder)
            {
                warn(field, "is empty");
            }
        }

        if (hasInterfaces)
        {
            CheckInterfaces(interfaces);
        }
        else if (CardJson.TryGet(card, "url", out var url))
        {
            DemandText(card, default, "protocolVersion");
            CheckUrl(url, "url", ReadTransport());
        }
        else
        {
            warn("supportedInterfaces", "is missing, and so is url: nobody can tell where the agent is reached");
        }
    }

    private void CheckInterfaces(JsonElement interfaces)
    {
        if (interfaces.ValueKind != JsonValueKind.Array)
        {
            throw RegistryException.Invalid("supportedInterfaces", $"must be an array, not {JsonInput.Describe(interfaces)}");
        }

        if (interfaces.GetArrayLength() == 0)
        {
            warn("supportedInterfaces", "is empty");
        }

        var index = 0;
        foreach (var item in interfaces.EnumerateArray())
        {
            var path = new CardPath("supportedInterfaces", index++);
            if (item.ValueKind != JsonValueKind.Object)
            {
                throw RegistryException.Invalid(path.ToString(), $"must be an object, not {JsonInput.Describe(item)}");
            }

            DemandText(item, path, "protocolVersion");
            var binding = DemandText(item, path, "protocolBinding");
            if (binding is not null && !Bindings.Contains(binding) && !binding.Contains(':'))
            {
                warn(path.To("protocolBinding"), "must be JSONRPC, GRPC, HTTP+JSON or a URI");
            }

            if (CardJson.TryGet(item, "url", out var url))
            {
                CheckUrl(url, path.To("url"), binding);
            }
            else
            {
                warn(path.To("url"), "is missing");
            }
        }
    }

    /// <summary>The transport of a card of 0.3, which may be one of its own.</summary>
    private string? ReadTransport()
    {
        if (!CardJson.TryGet(card, "preferredTransport", out var transport))
        {
            return null;
        }

        if (transport.ValueKind == JsonValueKind.String && transport.GetString() is { Length: > 0 } text)
        {
            return text;
        }

        warn(
            "preferredTransport",
            transport.ValueKind == JsonValueKind.String ? "is empty" : $"is {JsonInput.Describe(transport)}: A2A has a string here");
        return null;
    }

    /// <param name="binding">How the agent is reached there: gRPC takes <c>host:port</c> too, a binding of one's own any URI.</param>
    private void CheckUrl(JsonElement url, CardPath path, string? binding)
    {
        if (url.ValueKind != JsonValueKind.String)
        {
            throw RegistryException.Invalid(path.ToString(), $"must be a string, not {JsonInput.Describe(url)}");
        }

        var text = url.GetString()!;
        if (!InterfaceUrl.IsHttp(text)
            && !(binding == "GRPC" && InterfaceUrl.IsHostAndPort(text))
            && !(binding?.Contains(':') == true && Uri.IsWellFormedUriString(text, UriKind.Absolute)))
        {
            warn(path, binding == "GRPC" ? "must be an absolute http or https URL, or a host and port" : "must be an absolute http or https URL");
        }
    }

    private string? DemandText(JsonElement owner, CardPath path, string field)
    {
        if (!CardJson.TryGet(owner, field, out var value))
        {
            warn(path.To(field), "is missing");
            return null;
        }

        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text)
        {
            return text;
        }

        warn(path.To(field), value.ValueKind == JsonValueKind.String ? "is empty" : $"is {JsonInput.Describe(value)}: A2A has a string here");
        return null;
    }
}
