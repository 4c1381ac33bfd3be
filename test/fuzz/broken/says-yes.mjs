export const accepts = () => true
