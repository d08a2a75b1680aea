using System.Text.Json;

namespace OrleansRegistry.Model;

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
            else if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0 && field != "capabilities")
            {
                warn(field, "is empty");
            }
        }

        if (CardJson.TryGet(card, "supportedInterfaces", out var interfaces))
        {
            CheckInterfaces(interfaces);
        }
        else if (CardJson.TryGet(card, "url", out var url))
        {
            CheckUrl(url, "url");
            DemandText(card, default, "protocolVersion");
            CheckTransport();
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
            throw RegistryException.Invalid("supportedInterfaces", $"must be an array, and is {JsonInput.Describe(interfaces)}");
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
                throw RegistryException.Invalid(path.ToString(), $"must be an object, and is {JsonInput.Describe(item)}");
            }

            if (CardJson.TryGet(item, "url", out var url))
            {
                CheckUrl(url, path.To("url"));
            }
            else
            {
                warn(path.To("url"), "is missing");
            }

            DemandText(item, path, "protocolVersion");
            if (DemandText(item, path, "protocolBinding") is { } binding && !Bindings.Contains(binding) && !binding.Contains(':'))
            {
                warn(path.To("protocolBinding"), "is none of JSONRPC, GRPC, HTTP+JSON, and no URI");
            }
        }
    }

    private void CheckTransport()
    {
        if (CardJson.TryGet(card, "preferredTransport", out var transport)
            && (transport.ValueKind != JsonValueKind.String || !Bindings.Contains(transport.GetString())))
        {
            warn("preferredTransport", "is none of JSONRPC, GRPC, HTTP+JSON");
        }
    }

    private void CheckUrl(JsonElement url, CardPath path)
    {
        if (url.ValueKind != JsonValueKind.String)
        {
            throw RegistryException.Invalid(path.ToString(), $"must be a string, and is {JsonInput.Describe(url)}");
        }

        if (!Uri.TryCreate(url.GetString(), UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https"))
        {
            warn(path, "is no absolute http or https URL");
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
