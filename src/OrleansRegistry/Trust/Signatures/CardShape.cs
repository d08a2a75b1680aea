namespace OrleansRegistry.Trust.Signatures;

/// <summary>
/// The messages of an agent card and when ProtoJSON writes their fields, for who signed one without its default values. What is not named here has no
/// default that could be left out.
/// </summary>
/// <remarks>Source: A2A 1.0, 4.4 and 4.5 (a2a.proto), 5.7.</remarks>
internal sealed class CardShape
{
    private readonly Dictionary<string, CardShapeField> fields = new(StringComparer.Ordinal);

    /// <param name="fields">Names with a space between: <c>!</c> behind one that is REQUIRED, <c>?</c> behind one that is <c>optional</c>, <c>=</c> behind one of a oneof.</param>
    /// <param name="messages">The fields that are messages, lists or maps of them.</param>
    private CardShape(string fields, params (string Name, CardShape Shape)[] messages)
    {
        foreach (var field in fields.Split(' '))
        {
            var name = field.TrimEnd('!', '?', '=');
            var shape = Array.Find(messages, message => message.Name == name).Shape;
            this.fields[name] = new CardShapeField(field != name, shape) { IsChoice = field.EndsWith('=') };
        }
    }

    /// <param name="values">What the values of a map are.</param>
    private CardShape(CardShape? values) => (IsMap, Values) = (true, values);

    public static CardShape Card { get; } = MakeCard();

    public bool IsMap { get; }

    private CardShape? Values { get; }

    /// <summary>Null where there is no such field.</summary>
    public CardShapeField? Find(string name) => IsMap ? new CardShapeField(true, Values) { IsEntry = true } : fields.GetValueOrDefault(name);

    private static CardShape MakeCard()
    {
        var requirement = new CardShape("schemes", ("schemes", new CardShape(new CardShape("list"))));
        var flow = new CardShape("refreshUrl pkceRequired authorizationUrl! tokenUrl! scopes! deviceAuthorizationUrl!");
        var simpleFlow = new CardShape("authorizationUrl tokenUrl refreshUrl scopes");
        var flows = new CardShape(
            "authorizationCode= clientCredentials= implicit= password= deviceCode=",
            ("authorizationCode", flow), ("clientCredentials", flow), ("deviceCode", flow), ("implicit", simpleFlow), ("password", simpleFlow));
        var scheme = new CardShape(
            "apiKeySecurityScheme= httpAuthSecurityScheme= oauth2SecurityScheme= openIdConnectSecurityScheme= mtlsSecurityScheme=",
            ("apiKeySecurityScheme", new CardShape("description location! name!")),
            ("httpAuthSecurityScheme", new CardShape("description scheme! bearerFormat")),
            ("oauth2SecurityScheme", new CardShape("description flows! oauth2MetadataUrl", ("flows", flows))),
            ("openIdConnectSecurityScheme", new CardShape("description openIdConnectUrl!")),
            ("mtlsSecurityScheme", new CardShape("description")));
        return new CardShape(
            "name! description! supportedInterfaces! provider? version! documentationUrl? capabilities! securitySchemes securityRequirements "
                + "defaultInputModes! defaultOutputModes! skills! iconUrl?",
            ("supportedInterfaces", new CardShape("url! protocolBinding! tenant protocolVersion!")),
            ("provider", new CardShape("url! organization!")),
            ("capabilities", new CardShape(
                "streaming? pushNotifications? extensions extendedAgentCard?",
                ("extensions", new CardShape("uri description required params?")))),
            ("securitySchemes", new CardShape(scheme)),
            ("securityRequirements", requirement),
            ("skills", new CardShape(
                "id! name! description! tags! examples inputModes outputModes securityRequirements", ("securityRequirements", requirement))));
    }
}

/// <param name="IsKept">Whether it is written with its default value too, where it was set.</param>
/// <param name="Shape">Of the message, or messages, that it holds; null where it holds none.</param>
internal sealed record CardShapeField(bool IsKept, CardShape? Shape)
{
    /// <summary>Whether it is an entry of a map, and no field.</summary>
    public bool IsEntry { get; init; }

    /// <summary>Whether it is one of a oneof, which is set or not, however empty its message is.</summary>
    public bool IsChoice { get; init; }
}
